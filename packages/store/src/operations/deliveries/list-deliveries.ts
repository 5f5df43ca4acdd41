import type { Delivery, DeliveryState } from "@orch/core";

import { desc, inArray } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { toDelivery } from "../../delivery-rows.ts";
import { bounded } from "../../page.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** Deliveries in any of the states, newest first. */
export function prepareListDeliveries({
  orm,
}: Connection): (query: { readonly states?: readonly DeliveryState[]; readonly limit: number }) => readonly Delivery[] {
  return ({ states, limit }) =>
    orm
      .select()
      .from(table)
      .where(states === undefined ? undefined : inArray(table.state, [...states]))
      .orderBy(desc(table.id))
      .limit(bounded(limit))
      .all()
      .map(toDelivery);
}
