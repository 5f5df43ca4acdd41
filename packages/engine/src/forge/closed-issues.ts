import { taskKey, type DomainWrite, type ForgeIssue, type Json, type Store, type Task } from "@orch/core";

type Closed = Pick<ForgeIssue, "updatedAt">;

/** Writes down that a task's issue was closed when its end was shown: nobody else may look before it is opened again. */
export function keepClosed(task: Task, { updatedAt }: Closed): DomainWrite {
  return { kind: "cursor:put", name: cursorName(task), value: [task.version, updatedAt] };
}

/** True when an issue that is open was closed at the end of its task, and touched since. */
export async function isOpenedAgain(store: Pick<Store, "cursor">, task: Task, issue: ForgeIssue): Promise<boolean> {
  const kept = await store.cursor(cursorName(task));
  if (issue.state === "closed" || !Array.isArray(kept)) return false;
  const [version, closedAt] = kept as readonly Json[];
  // An answer that was on its way while orch closed it is older.
  return version === task.version && typeof closedAt === "number" && issue.updatedAt > closedAt;
}

function cursorName(task: Task): string {
  return `closed ${taskKey(task)}`;
}
