import { and, asc, gte, isNotNull, sql } from "#drizzle";

import type { Connection } from "../../connection.ts";
import { webhookDeliveries as table } from "../../schema.ts";

/** The hooks that sent something since then, each with the repository of its newest delivery. */
export function prepareListHooks({
  orm,
}: Connection): (since: number) => readonly { readonly hook: string; readonly repository: string }[] {
  return (since) =>
    orm
      // With max(), SQLite takes the other columns from the row that has it.
      .select({ hook: table.hook, repository: table.repository, newest: sql<number>`max(${table.id})` })
      .from(table)
      .where(and(gte(table.receivedAt, since), isNotNull(table.hook), isNotNull(table.repository)))
      .groupBy(table.hook)
      .orderBy(asc(table.hook))
      .all()
      .flatMap(({ hook, repository }) => (hook === null || repository === null ? [] : [{ hook, repository }]));
}
