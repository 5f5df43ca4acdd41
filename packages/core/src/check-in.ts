import type { PlannedEffect } from "./effect.ts";
import type { Task } from "./task.ts";

/** Forges are not written to more often, whatever the label says. */
const SHORTEST_MS = 60_000;

/**
 * What brings a running task's status up to date while nothing happens: at the pace of its `checkin:` label, counted
 * from `now`. Undefined: nothing does. `round` is the version that is shown; once it is another one, nothing is.
 */
export function nextCheckIn(
  task: Task,
  { round, now }: { readonly round: number; readonly now: number },
): PlannedEffect | undefined {
  const { pace, project, id } = task;
  if (task.status !== "in_progress" || pace?.checkinMs === undefined) return undefined;
  const at = now + Math.max(pace.checkinMs, SHORTEST_MS);
  return { effect: { kind: "forge:show", task: { project, id }, round, at }, notBefore: at, priority: -2 };
}
