import {
  isSettled,
  issueNumberOf,
  parseTaskId,
  taskKey,
  unwrap,
  type Forge,
  type Task,
  type TaskEvent,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { moveTask } from "../move-task.ts";
import { taskOfIssue } from "./issue-of-task.ts";

/** What happens to a task whose issue was deleted or moved to another repository; undefined: it is there, or it has none. */
export async function ifIssueGone(forge: Forge, task: Task): Promise<TaskEvent | undefined> {
  const number = issueNumberOf(task);
  if (number === undefined || (await forge.issue(unwrap(parseTaskId(String(number))))) !== undefined) return undefined;
  return { type: "task:held", by: "engine", why: `the issue #${number} is not there any more.` };
}

/** Holds the task of an issue that is not there any more: nobody can say there what becomes of it. */
export async function holdIfGone(
  deps: EngineDeps,
  { forge, number }: { readonly forge: Forge; readonly number: number },
): Promise<void> {
  const task = await taskOfIssue(deps.store, { project: forge.project, number });
  if (task === undefined || isSettled(task.status) || isHeld(task)) return;
  const event = await ifIssueGone(forge, task);
  if (event === undefined) return;
  await moveTask(deps, { ref: task, event, key: `${taskKey(task)} gone ${task.version}`, actor: "engine" });
}

function isHeld(task: Task): boolean {
  return task.status === "needs_review" && task.reason === "held";
}
