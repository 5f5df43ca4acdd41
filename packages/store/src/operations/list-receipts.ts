import type { AttemptRef, Receipt } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseReceipt } from "../parse-rows.ts";
import { given } from "../placeholders.ts";
import { receipts } from "../schema.ts";

/** The receipts of an attempt, in the order in which each check first ran on its commit. */
export function prepareListReceipts({ orm }: Connection): (ref: AttemptRef) => readonly Receipt[] {
  const query = orm
    .select()
    .from(receipts)
    .where(
      and(
        eq(receipts.project, given("project")),
        eq(receipts.task, given("id")),
        eq(receipts.attempt, given("attempt")),
      ),
    )
    .orderBy(asc(receipts.position))
    .prepare();
  return (ref) =>
    query
      .all({ ...ref })
      .map(({ receipt, check }) => parseReceipt(receipt, { table: "receipts", key: `${attemptKey(ref)}/${check}` }));
}
