import { settleReview } from "./advance-forge.ts";
import { anew, baseOf, handingOf, waitFor, type Step } from "./advance-moves.ts";
import { partsOpened } from "./advance-parts.ts";
import type { TaskId } from "./ids.ts";
import type { TaskPolicy } from "./policy.ts";
import type { TaskEvent } from "./task-event.ts";
import type { Task } from "./task.ts";

type Blocked = Extract<Task, { status: "blocked" }>;
type InReview = Extract<Task, { status: "in_review" }>;
interface Given<Type extends TaskEvent["type"]> {
  readonly event: Extract<TaskEvent, { type: Type }>;
  readonly policy: TaskPolicy;
}

/** What happens to what a task waits for. */
type WaitingEvent = Extract<
  TaskEvent,
  { readonly type: "dependencies:added" | "dependencies:removed" | "dependency:settled" | "parts:opened" }
>;

/** What follows for a task from what it waits for. */
export function advanceWaiting(
  task: Task,
  { event, policy }: { readonly event: WaitingEvent; readonly policy: TaskPolicy },
): Step {
  switch (event.type) {
    case "dependencies:added":
      return waitLater(task, event.ids);
    case "dependencies:removed":
      return waitNoMore(task, { event, policy });
    case "dependency:settled":
      return settleDependency(task, { event, policy });
    case "parts:opened":
      return partsOpened(task, event);
  }
}

/** What a task waits for at this moment: to begin, or to be merged. */
export function waitsFor(task: Task): readonly TaskId[] {
  if (task.status === "blocked") return task.waitingFor;
  return task.status === "in_review" ? (task.waitsFor ?? []) : [];
}

/** Work stops until the others are done; a result that is there only waits with its merge. */
function waitLater(task: Task, ids: readonly TaskId[]): Step {
  const others = ids.filter((id) => id !== task.id);
  const dependsOn = [...new Set([...task.dependsOn, ...others])];
  if (task.status === "needs_review") return { task: { ...task, dependsOn }, effects: [] };
  if (task.status !== "in_review") return waitFor(task, ids);
  const known = [...new Set([...(task.waitsFor ?? []), ...others])];
  const ref = { project: task.project, id: task.id };
  const check = { kind: "dependencies:check", task: ref, waitingFor: known, round: task.version + 1 } as const;
  return { task: { ...task, dependsOn, waitsFor: known }, effects: [{ effect: check, priority: task.priority }] };
}

/** What is not named any more is not waited for. */
function waitNoMore(task: Task, { event, policy }: Given<"dependencies:removed">): Step {
  const dependsOn = task.dependsOn.filter((id) => !event.ids.includes(id));
  const left = waitsFor(task).filter((id) => !event.ids.includes(id));
  return goOnWith({ ...task, dependsOn }, { left, policy });
}

/**
 * One of those that a task waits for has ended. Whoever handed a part out looks at the whole in any case, with whatever
 * has become of the part; for others what they wait for is missing when it was given up.
 */
function settleDependency(task: Task, { event, policy }: Given<"dependency:settled">): Step {
  if (event.as === "cancelled" && task.parts?.includes(event.id) !== true) {
    const detail = `${event.id} was cancelled.`;
    const base = { ...baseOf(task), status: "needs_review", reason: "dependency_cancelled", detail } as const;
    if (task.status !== "in_review") return { task: base, effects: [] };
    // Whoever has it merged after that knows that it was.
    const dependsOn = task.dependsOn.filter((id) => id !== event.id);
    return { task: { ...base, dependsOn, result: task.result }, effects: [] };
  }
  return goOnWith(task, { left: waitsFor(task).filter((id) => id !== event.id), policy });
}

function goOnWith(task: Task, input: { readonly left: readonly TaskId[]; readonly policy: TaskPolicy }): Step {
  if (task.status === "blocked") return stillBlocked(task, input.left);
  return task.status === "in_review" ? mergesAfter(task, input) : { task, effects: [] };
}

function stillBlocked(task: Blocked, waitingFor: readonly TaskId[]): Step {
  const handing = handingOf(task);
  // What is handed out and not a task yet is waited for, too.
  if (waitingFor.length === 0 && handing.handing === undefined) return anew(task);
  return { task: { ...baseOf(task), status: "blocked", waitingFor, ...handing }, effects: [] };
}

function mergesAfter(
  task: InReview,
  { left, policy }: { readonly left: readonly TaskId[]; readonly policy: TaskPolicy },
): Step {
  const { waitsFor: _waitsFor, ...rest } = task;
  return settleReview(left.length === 0 ? rest : { ...rest, waitsFor: left }, policy);
}
