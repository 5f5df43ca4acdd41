import type { Delivery } from "@orch/core";

import { and, asc, eq, inArray, lte, sql } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { toDelivery } from "../../delivery-rows.ts";
import { bounded } from "../../page.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** Holds the received deliveries that are due, oldest first; one whose holder took too long is due as well. */
export function prepareClaimDeliveries({
  orm,
  write,
}: Connection): (request: {
  readonly now: number;
  readonly heldUntil: number;
  readonly limit: number;
}) => readonly Delivery[] {
  // A literal state: SQLite uses a partial index only for a condition that it can see.
  const isDue = (now: number) => and(sql`${table.state} = 'received'`, lte(table.notBefore, now));
  return ({ now, heldUntil, limit }) =>
    write(() => {
      const due = orm
        .select({ id: table.id })
        .from(table)
        .where(isDue(now))
        .orderBy(asc(table.id))
        .limit(bounded(limit))
        .all()
        .map(({ id }) => id);
      if (due.length === 0) return [];
      return orm
        .update(table)
        .set({ held: true, notBefore: heldUntil, tries: sql`${table.tries} + 1` })
        .where(and(inArray(table.id, due), eq(table.state, "received")))
        .returning()
        .all()
        .map(toDelivery)
        .toSorted((left, right) => left.id - right.id);
    });
}
