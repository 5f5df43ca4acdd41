import type { AttemptRef, Receipt } from "@orch/core";

import type { Connection } from "../connection.ts";
import { receipts } from "../schema.ts";

/** Writes the receipt of a check on a commit; a repeated run replaces it. */
export function preparePutReceipt({ orm }: Connection): (ref: AttemptRef, receipt: Receipt) => void {
  return ({ project, id, attempt }, receipt) => {
    const { check, commit } = receipt;
    const text = JSON.stringify(receipt);
    const target = [receipts.project, receipts.task, receipts.attempt, receipts.check, receipts.commit];
    orm
      .insert(receipts)
      .values({ project, task: id, attempt, check, commit, receipt: text })
      .onConflictDoUpdate({ target, set: { receipt: text } })
      .run();
  };
}
