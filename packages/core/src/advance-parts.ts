import { anew, baseOf, waitFor, type Step } from "./advance-moves.ts";
import type { PlannedEffect } from "./effect.ts";
import type { TaskEvent } from "./task-event.ts";
import type { Task } from "./task.ts";
import { trustRules } from "./trust.ts";

/** A part of a part of a part may not be divided again: agents that only hand on never end. */
const MOST_DEPTH = 3;
/** So many parts of one task, over all its attempts. */
const MOST_PARTS = 50;

type Running = Extract<Task, { status: "in_progress" }>;

/** True while a task is to be divided and nothing of it is handed out yet: its agent changes nothing. */
export function isPlanning({ plan, parts }: Pick<Task, "plan" | "parts">): boolean {
  return plan === true && parts === undefined;
}

/** A task whose agent handed parts of it out waits for them, and goes on with the same agent (seed row A121). */
export function handOut(task: Running, parts: number): Step {
  const why = refusal(task, parts);
  if (why !== undefined) {
    return { task: { ...baseOf(task), status: "needs_review", reason: "too_many_parts", detail: why }, effects: [] };
  }
  const stay = { agent: task.assignment.agent, only: false };
  // Dividing is no try at the work; the parts themselves are counted.
  const base = { ...baseOf(task), attempts: Math.max(task.attempts - 1, 0), failures: [], stay };
  return {
    task: { ...base, status: "blocked", waitingFor: [], handing: task.attempt },
    effects: [opening(task)],
  };
}

/** What an attempt hands on beside its own result becomes tasks that the result does not wait for. */
export function besides(task: Running, parts = 0): readonly PlannedEffect[] {
  return parts === 0 || refusal(task, parts) !== undefined ? [] : [opening(task)];
}

function opening({ project, id, attempt, priority }: Running): PlannedEffect {
  return { effect: { kind: "parts:open", task: { project, id }, from: attempt }, priority };
}

/** Why nothing is handed out. */
function refusal(task: Task, added: number): string | undefined {
  const { depth = 0, parts = [] } = task;
  if (!trustRules(task).writes) return "Nobody has read the task yet.";
  if (depth >= MOST_DEPTH) return `Parts may be divided ${MOST_DEPTH} times, and this is one of the last.`;
  const count = parts.length + added;
  return count > MOST_PARTS ? `It would have ${count} parts; ${MOST_PARTS} are the most.` : undefined;
}

/** The parts are tasks: what waits for them knows their numbers now. */
export function partsOpened(task: Task, event: Extract<TaskEvent, { type: "parts:opened" }>): Step {
  const known: Task = { ...task, parts: [...new Set([...(task.parts ?? []), ...event.ids])] };
  if (known.status === "new" || known.status === "routed") return anew(known);
  if (known.status !== "blocked") return { task: known, effects: [] };
  const { handing, ...rest } = known;
  return waitFor(handing === event.attempt ? rest : known, event.ids);
}
