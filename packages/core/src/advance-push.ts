import { toNew, type Step } from "./advance-moves.ts";
import { withNote } from "./advance-notes.ts";
import type { TaskEvent } from "./task-event.ts";
import type { BranchResult, Task } from "./task.ts";

/** A result as fields of a task that waits for a person: one that was not published is none to merge. */
export function keptAs(result: BranchResult): { readonly result?: BranchResult; readonly unpublished?: BranchResult } {
  return result.unpublished === true ? { unpublished: result } : { result };
}

/**
 * A push that did not come through is made once more, without an agent: the next attempt begins with the checked commit,
 * brings it on top of its base where that moved, checks and pushes it. Undefined: there is none, or the agent has
 * something to hear.
 */
export function pushAgain(task: Task, event: Extract<TaskEvent, { type: "task:retried" }>): Step | undefined {
  if (task.status !== "needs_review" || task.unpublished === undefined) return undefined;
  if (event.note !== undefined || event.avoid !== undefined || task.dependsOn.length > 0) return undefined;
  const fresh = toNew(task, { reset: true });
  return { ...fresh, task: { ...fresh.task, status: "new", update: task.unpublished } };
}

/** What was not pushed conflicts with its base by now: its agent goes on with it. */
export function resolveFirst(
  task: Extract<Task, { status: "in_progress" }>,
  { detail, at }: { readonly detail: string; readonly at: number },
): Step {
  const fresh = toNew(task, { reset: false });
  const stay = { agent: task.assignment.agent, only: false };
  const notes = withNote(task, { from: "engine", text: detail, at });
  return { ...fresh, task: { ...fresh.task, stay, notes } };
}

/** What somebody said is for an agent: then a push alone is not enough. */
export function notPushedAlone(task: Task): Task {
  if (task.status !== "needs_review" || task.unpublished === undefined) return task;
  const { unpublished: _unpublished, ...rest } = task;
  return rest;
}
