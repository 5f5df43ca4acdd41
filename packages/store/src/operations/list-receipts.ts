import type { AttemptRef, Receipt } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseReceipt } from "../parse-rows.ts";
import { receipts } from "../schema.ts";

/** The receipts of an attempt, in the order in which each check first ran on its commit. */
export function prepareListReceipts({ orm }: Connection): (ref: AttemptRef) => readonly Receipt[] {
  return (ref) =>
    orm
      .select()
      .from(receipts)
      .where(and(eq(receipts.project, ref.project), eq(receipts.task, ref.id), eq(receipts.attempt, ref.attempt)))
      .orderBy(asc(receipts.position))
      .all()
      .map(({ receipt, check }) => parseReceipt(receipt, { table: "receipts", key: `${attemptKey(ref)}/${check}` }));
}
