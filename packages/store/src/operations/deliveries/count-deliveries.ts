import type { DeliveryStatistics } from "@orch/core";

import { count, desc, gt, gte, sql } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** Figures of what was received at `since` or later. */
export function prepareCountDeliveries({ orm }: Connection): (since: number) => DeliveryStatistics {
  return (since) => {
    const rows = orm
      .select({
        state: table.state,
        event: table.event,
        number: count(),
        retried: sql<number>`total(${gt(table.tries, 1)})`,
      })
      .from(table)
      .where(gte(table.receivedAt, since))
      .groupBy(table.state, table.event)
      .all();
    const newest = orm.select({ at: table.receivedAt }).from(table).orderBy(desc(table.receivedAt)).limit(1).get();
    const byState = { received: 0, processed: 0, ignored: 0, failed: 0 };
    const byEvent = new Map<string, number>();
    for (const { state, event, number } of rows) {
      byState[state] += number;
      byEvent.set(event, (byEvent.get(event) ?? 0) + number);
    }
    return {
      total: rows.reduce((sum, { number }) => sum + number, 0),
      byState,
      byEvent: Object.fromEntries(byEvent),
      retried: rows.reduce((sum, { retried }) => sum + retried, 0),
      ...(newest === undefined ? {} : { lastReceivedAt: newest.at }),
    };
  };
}
