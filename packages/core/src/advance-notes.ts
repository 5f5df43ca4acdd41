import { toNew, type Step } from "./advance-moves.ts";
import type { TaskEvent } from "./task-event.ts";
import type { Task, TaskNote } from "./task.ts";

/** The most that a task keeps of what was said about it; the oldest goes first. */
const MOST_NOTES = 20;

/** A person's words, and when they came (epoch milliseconds). */
export interface Noted {
  readonly event: Extract<TaskEvent, { type: "task:noted" }>;
  readonly at: number;
}

/** The notes of a task with one more. */
export function withNote({ notes = [] }: Task, note: TaskNote): readonly TaskNote[] {
  return [...notes, note].slice(-MOST_NOTES);
}

/** The task with what a person said. */
export function noted(task: Task, { event, at }: Noted): Task {
  const { id, by: from, text } = event;
  return { ...task, notes: withNote(task, { ...(id === undefined ? {} : { id }), from, text, at }) };
}

/** The task with what a person gave along with their wish for another go. */
export function retriedWith(
  task: Task,
  {
    event,
    at,
  }: { readonly event: Extract<TaskEvent, { type: "task:retried" | "task:reopened" }>; readonly at: number },
): Task {
  if (event.note === undefined) return task;
  return { ...task, notes: withNote(task, { from: event.by, text: event.note, at }) };
}

type Running = Extract<Task, { status: "in_progress" }>;

/** The agent that works is told, where it can be; until it is seen to know, what it makes of the task is not the end. */
export function tellAgent(task: Running, { id }: Noted["event"]): Step {
  if (id === undefined || task.unheard === true) return { task: { ...task, unheard: true }, effects: [] };
  const attempt = { project: task.project, id: task.id, attempt: task.attempt };
  const effect = { kind: "notes:tell", attempt, round: task.version + 1 } as const;
  return {
    task: { ...task, unheard: [...(task.unheard ?? []), id] },
    effects: [{ effect, priority: task.priority + 1 }],
  };
}

/** Stands among the ids of what an agent was not told: no agent at work is told that its task says something else. */
const NEW_WORDS = "words";

/** The task whose words its agent did not begin with. */
export function hasNewWords(task: Running): Running {
  const { unheard = [] } = task;
  return unheard === true || unheard.includes(NEW_WORDS) ? task : { ...task, unheard: [...unheard, NEW_WORDS] };
}

/** True when somebody said something that the attempt's agent was not told. */
export function hasUnheard({ unheard = [] }: Running, heard: readonly string[] = []): boolean {
  return unheard === true || unheard.some((id) => !heard.includes(id));
}

/** The task once more, by the same agent, for what it was not told. */
export function hearFirst(task: Running): Step {
  const fresh = toNew(task, { reset: true });
  return { ...fresh, task: { ...fresh.task, stay: { agent: task.assignment.agent, only: false } } };
}

/** Why the merge of an approved result is held when people speak. */
export const SAID_SINCE = "this was said after the approval. Merge it as it is, or retry with what was said.";

/** Whether somebody approved the result that is there. */
export function isApproved(task: Task): boolean {
  if (task.status !== "in_review") return false;
  return task.approval?.commit === task.result.commit || task.seen?.decision === "approved";
}

/** What people stopped goes on when they say so, and not because they say something. */
export function waitsForWords(task: Task): boolean {
  return task.status === "in_review" || (task.status === "needs_review" && task.reason !== "held");
}
