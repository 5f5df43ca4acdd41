import { provesCommit, type Store, type Task } from "@orch/core";

/** Whether the newest receipt of each check proves the very commit that is to be merged. */
export async function isProven(store: Store, task: Extract<Task, { status: "in_review" }>): Promise<boolean> {
  const { result } = task;
  const receipts = await store.receipts({ project: task.project, id: task.id, attempt: result.attempt });
  const last = new Map(receipts.map((receipt) => [receipt.check, receipt]));
  return last.size >= result.checks && [...last.values()].every((receipt) => provesCommit(receipt, result.commit));
}
