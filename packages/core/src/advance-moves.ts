import { effectKey, type PlannedEffect } from "./effect.ts";
import type { TaskPolicy } from "./policy.ts";
import type { Outcome, Task, TaskBase } from "./task.ts";

/** The task afterwards, and what follows in the world. */
export interface Step {
  readonly task: Task;
  readonly effects: readonly PlannedEffect[];
}

/** What a move may know besides the task and the event. */
export interface StepContext {
  readonly policy: TaskPolicy;
  /** Epoch milliseconds. */
  readonly now: number;
  /** In [0, 1): spreads retries that would otherwise fall together. */
  readonly jitter: number;
}

/** The fields that every task has; what belongs to its present status is left behind. */
export function baseOf(task: Task): TaskBase {
  const { project, id, title, body, labels, source, pins, priority, dependsOn, checks } = task;
  const { attempts, lastAttempt, failures, avoid, createdAt, updatedAt, version } = task;
  return {
    project,
    id,
    title,
    body,
    labels,
    source,
    pins,
    priority,
    dependsOn,
    checks,
    attempts,
    lastAttempt,
    failures,
    avoid,
    createdAt,
    updatedAt,
    version,
    ...(task.trust === undefined ? {} : { trust: task.trust }),
    ...(task.notes === undefined ? {} : { notes: task.notes }),
    ...(task.parent === undefined ? {} : { parent: task.parent }),
    ...(task.stay === undefined ? {} : { stay: task.stay }),
    ...(task.base === undefined ? {} : { base: task.base }),
    ...(task.branch === undefined ? {} : { branch: task.branch }),
    ...(task.pull === undefined ? {} : { pull: task.pull }),
    ...(task.rounds === undefined ? {} : { rounds: task.rounds }),
    ...(task.heard === undefined ? {} : { heard: task.heard }),
  };
}

/** Ends the attempt in progress, when there is one. */
export function stopOf(task: Task, why: string): readonly PlannedEffect[] {
  if (task.status !== "in_progress") return [];
  const attempt = { project: task.project, id: task.id, attempt: task.attempt };
  const agent = task.assignment.agent;
  const run = effectKey({ kind: "attempt:run", attempt, agent, round: task.round ?? task.version - 1 });
  return [{ effect: { kind: "attempt:stop", attempt, run, why }, priority: 100 }];
}

/** Back to the router. With `reset`, everything that counts against the task is forgotten: the one place that resets (seed bug P14). */
export function toNew(task: Task, how: { readonly reset: boolean }): Step {
  const ref = { project: task.project, id: task.id };
  const { stay: _stay, rounds, ...base } = baseOf(task);
  const kept = how.reset || rounds === undefined ? {} : { rounds };
  const counters = how.reset ? { attempts: 0, failures: [], avoid: [] } : {};
  return {
    task: { ...base, ...kept, ...counters, status: "new" },
    effects: [
      {
        effect: { kind: "task:route", task: ref, round: task.version + 1 },
        priority: task.priority,
      },
    ],
  };
}

/** The end of a task: tell those that wait for it, and clean up. */
export function toSettled(
  task: Task,
  end: { readonly status: "done"; readonly outcome: Outcome } | { readonly status: "cancelled"; readonly why: string },
): Step {
  const ref = { project: task.project, id: task.id };
  const effects: readonly PlannedEffect[] = [
    {
      effect: { kind: "dependents:notify", task: ref, as: end.status, round: task.version + 1 },
      priority: task.priority,
    },
    { effect: { kind: "workspace:remove", task: ref, round: task.version + 1 }, priority: -1 },
  ];
  return { task: { ...baseOf(task), ...end }, effects };
}
