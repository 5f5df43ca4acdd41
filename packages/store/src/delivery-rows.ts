import type { Delivery, NewDelivery } from "@orch/core";

import { parseHints } from "./parse-rows.ts";
import type { webhookDeliveries } from "./schema.ts";

type Row = typeof webhookDeliveries.$inferSelect;
type Columns = Pick<
  Row,
  "source" | "delivery" | "event" | "action" | "payloadHash" | "repository" | "hook" | "hints" | "receivedAt"
>;

/** A delivery from its row. */
export function toDelivery(row: Row): Delivery {
  const { id, source, delivery, event, payloadHash, state, tries, notBefore, receivedAt } = row;
  const { action, repository, hook, error, settledAt } = row;
  return {
    id,
    source,
    delivery,
    event,
    payloadHash,
    state,
    tries,
    notBefore,
    receivedAt,
    hints: parseHints(row.hints, { table: "webhook_deliveries", key: String(id) }),
    ...(action === null ? {} : { action }),
    ...(repository === null ? {} : { repository }),
    ...(hook === null ? {} : { hook }),
    ...(error === null ? {} : { error }),
    ...(settledAt === null ? {} : { settledAt }),
  };
}

/** What a delivery brings, as columns; those that are absent become null. */
export function columnsOf({ hints, action, repository, hook, ...rest }: NewDelivery): Columns {
  return {
    ...rest,
    hints: JSON.stringify(hints),
    action: action ?? null,
    repository: repository ?? null,
    hook: hook ?? null,
  };
}
