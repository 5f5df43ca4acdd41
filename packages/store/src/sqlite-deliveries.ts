import type { Deliveries } from "@orch/core";

import type { Connection } from "./connection.ts";
import { prepareAdoptDeliveries } from "./operations/deliveries/adopt-deliveries.ts";
import { prepareClaimDeliveries } from "./operations/deliveries/claim-deliveries.ts";
import { prepareCountDeliveries } from "./operations/deliveries/count-deliveries.ts";
import { prepareFindDelivery } from "./operations/deliveries/find-delivery.ts";
import { prepareListDeliveries } from "./operations/deliveries/list-deliveries.ts";
import { prepareListHooks } from "./operations/deliveries/list-hooks.ts";
import { preparePruneDeliveries } from "./operations/deliveries/prune-deliveries.ts";
import { prepareReserveDelivery } from "./operations/deliveries/reserve-delivery.ts";
import { prepareRetryDelivery } from "./operations/deliveries/retry-delivery.ts";
import { prepareSettleDelivery } from "./operations/deliveries/settle-delivery.ts";
import type { Call } from "./sqlite-store.ts";

/** The record of webhooks over the store's connection. */
export function createSqliteDeliveries(connection: Connection, call: Call): Deliveries {
  return {
    reserve: call(prepareReserveDelivery(connection)),
    settle: call(prepareSettleDelivery(connection)),
    claim: call(prepareClaimDeliveries(connection)),
    adopt: call(prepareAdoptDeliveries(connection)),
    retry: call(prepareRetryDelivery(connection)),
    find: call(prepareFindDelivery(connection)),
    list: call(prepareListDeliveries(connection)),
    statistics: call(prepareCountDeliveries(connection)),
    hooks: call(prepareListHooks(connection)),
    prune: call(preparePruneDeliveries(connection)),
  };
}
