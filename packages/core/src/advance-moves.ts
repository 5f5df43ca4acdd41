import type { PlannedEffect } from "./effect.ts";
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
  };
}

/** Back to the router. With `reset`, everything that counts against the task is forgotten: the one place that resets (seed bug P14). */
export function toNew(task: Task, how: { readonly reset: boolean }): Step {
  const ref = { project: task.project, id: task.id };
  const { stay: _stay, ...base } = baseOf(task);
  const counters = how.reset ? { attempts: 0, failures: [], avoid: [] } : {};
  return {
    task: { ...base, ...counters, status: "new" },
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
