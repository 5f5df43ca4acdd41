import { taskKey, type Attempt, type AttemptRef, type StoredEvent, type Task } from "@orch/core";

import { isMergedByOrch } from "./merge-invariants.ts";
import type { World } from "./world.ts";

const attemptKey = (ref: AttemptRef): string => `${taskKey(ref)}/${ref.attempt}`;

/** Writes down what a prompt tells: the last one of an attempt is the one that its agent gets. */
export function notePrompt(
  world: World,
  { ref, ids }: { readonly ref: AttemptRef; readonly ids: readonly string[] },
): void {
  const known = world.told.get(attemptKey(ref));
  world.told.set(attemptKey(ref), { prompt: ids, live: known?.live ?? new Set() });
}

/** Writes down what an agent was told while it ran. */
export function noteMessage(world: World, { ref, id }: { readonly ref: AttemptRef; readonly id: string }): void {
  const told = world.told.get(attemptKey(ref));
  if (told?.prompt.includes(id) === true)
    world.violations.push(`${attemptKey(ref)} was told ${id} by its prompt, and again`);
  told?.live.add(id);
}

/**
 * What people said about a task that is ready or merged was told to one of its agents, and the records say of no agent that
 * it knows what it was not told.
 */
export function untold(
  world: World,
  about: { readonly task: Task; readonly attempts: readonly Attempt[]; readonly events: readonly StoredEvent[] },
): readonly string[] {
  const { task, attempts, events } = about;
  const key = taskKey(task);
  const heard = new Set<string>();
  const wrong: string[] = [];
  for (const attempt of attempts) {
    const { prompt = [], live = new Set() } = world.told.get(attemptKey(attempt)) ?? {};
    for (const id of attempt.heard ?? []) {
      heard.add(id);
      if (!prompt.includes(id) && !live.has(id)) wrong.push(`${attemptKey(attempt)} knows ${id}, and was not told`);
    }
  }
  if (!isReady(world, task)) return wrong;
  // What is told to a finished result without wishing for another go is for an attempt that may never come.
  const said = events.flatMap(({ id, event, status }) => {
    const counts = id === task.id && event.type === "task:noted" && (event.again || status === "in_progress");
    return counts ? [event.id ?? ""] : [];
  });
  return [...wrong, ...said.filter((id) => !heard.has(id)).map((id) => `${key} is ${task.status} without ${id}`)];
}

/** Whether a task has a result of an agent's with which orch is content. */
function isReady({ forge }: World, task: Task): boolean {
  if (task.status === "in_review") return task.result.attempt > 0;
  if (task.status !== "done" || task.outcome.kind !== "merged") return false;
  // People merge what is there, whatever was said of it.
  return task.outcome.result.attempt > 0 && (forge === undefined || isMergedByOrch(forge, task));
}
