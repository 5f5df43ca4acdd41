import { taskKey, type DomainWrite, type ForgeIssue, type Json, type Store, type Task } from "@orch/core";

type Closed = Pick<ForgeIssue, "updatedAt">;

/** Writes down that a task's issue was closed when its end was shown: nobody else may look before it is opened again. */
export function keepClosed(task: Task, { updatedAt }: Closed): DomainWrite {
  return { kind: "cursor:put", name: cursorName(task), value: [task.version, updatedAt] };
}

/** When the issue was closed that shows a task's end; undefined: it was not, or the task has gone on since. */
export async function closedAt(store: Pick<Store, "cursor">, task: Task): Promise<number | undefined> {
  const kept = await store.cursor(cursorName(task));
  const [version, at] = Array.isArray(kept) ? (kept as readonly Json[]) : [];
  return version === task.version && typeof at === "number" ? at : undefined;
}

/** True when an issue that is open was closed at the end of its task, and touched since. */
export async function isOpenedAgain(store: Pick<Store, "cursor">, task: Task, issue: ForgeIssue): Promise<boolean> {
  const at = await closedAt(store, task);
  // An answer that was on its way while orch closed it is older.
  return issue.state === "open" && at !== undefined && issue.updatedAt > at;
}

function cursorName(task: Task): string {
  return `closed ${taskKey(task)}`;
}
