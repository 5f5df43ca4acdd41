import { effectKey, type PlannedEffect } from "./effect.ts";
import type { AgentName, TaskId } from "./ids.ts";
import type { TaskPolicy } from "./policy.ts";
import { isSettled, type BranchResult, type Outcome, type Task, type TaskBase } from "./task.ts";

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
    ...pullsOf(task),
    ...(task.issue === undefined ? {} : { issue: task.issue }),
    ...countersOf(task),
    ...(task.heard === undefined ? {} : { heard: task.heard }),
    ...saidOf(task),
    ...(task.parts === undefined ? {} : { parts: task.parts }),
    ...(task.tokens === undefined ? {} : { tokens: task.tokens }),
  };
}

function pullsOf({ pull, earlierPulls, landed }: Task): Pick<TaskBase, "pull" | "earlierPulls" | "landed"> {
  return {
    ...(pull === undefined ? {} : { pull }),
    ...(earlierPulls === undefined ? {} : { earlierPulls }),
    ...(landed === undefined ? {} : { landed }),
  };
}

function countersOf({ rounds, mends, updates }: Task): Pick<TaskBase, "rounds" | "mends" | "updates"> {
  return {
    ...(rounds === undefined ? {} : { rounds }),
    ...(mends === undefined ? {} : { mends }),
    ...(updates === undefined ? {} : { updates }),
  };
}

function saidOf({ depth, plan, pace, size, job }: Task): Pick<TaskBase, "depth" | "plan" | "pace" | "size" | "job"> {
  return {
    ...(depth === undefined ? {} : { depth }),
    ...(plan === undefined ? {} : { plan }),
    ...(pace === undefined ? {} : { pace }),
    ...(size === undefined ? {} : { size }),
    ...(job === undefined ? {} : { job }),
  };
}

/** Whether a result of a trusted task may be merged without a person: proven, made in a sandbox, nothing in it to be seen. */
export function isPlain({ checks, unconfined, cautions = [] }: BranchResult): boolean {
  return checks > 0 && unconfined !== true && cautions.length === 0;
}

/** Ends the attempt in progress, when there is one. */
export function stopOf(task: Task, why: string): readonly PlannedEffect[] {
  if (task.status !== "in_progress") return [];
  const attempt = { project: task.project, id: task.id, attempt: task.attempt };
  const agent = task.assignment.agent;
  const run = effectKey({ kind: "attempt:run", attempt, agent, round: task.round ?? task.version - 1 });
  return [{ effect: { kind: "attempt:stop", attempt, run, why }, priority: 100 }];
}

/** So many pull requests of earlier work are known. */
const MOST_EARLIER = 10;

/** The pull requests of a task that are over, once its present one is. */
export function withEarlier({ pull, earlierPulls = [] }: Task): Pick<TaskBase, "earlierPulls"> {
  if (pull === undefined) return {};
  const others = earlierPulls.filter(({ number }) => number !== pull.number);
  return { earlierPulls: [...others, pull].slice(-MOST_EARLIER) };
}

/** What begins after an end, or after a pull request that people closed, has a pull request of its own. */
function forNewWork(task: Task): TaskBase {
  const isOver = isSettled(task.status) || (task.status === "needs_review" && task.reason === "pull_closed");
  if (!isOver) return baseOf(task);
  const { pull: _pull, ...base } = baseOf(task);
  return { ...base, ...withEarlier(task), ...landedBy(task) };
}

function landedBy(task: Task): Pick<TaskBase, "landed"> {
  if (task.status !== "done") return {};
  const { outcome } = task;
  if (outcome.kind === "merged") return { landed: outcome.head ?? outcome.result.commit };
  return outcome.kind === "closed" && outcome.head !== undefined ? { landed: outcome.head } : {};
}

/** Back to the router. With `reset`, everything that counts against the task is forgotten: the one place that resets (seed bug P14). */
export function toNew(task: Task, how: { readonly reset: boolean }): Step {
  const ref = { project: task.project, id: task.id };
  const { stay: _stay, rounds: _rounds, mends: _mends, updates: _updates, ...base } = forNewWork(task);
  const kept = how.reset ? {} : countersOf(task);
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

/** The same step, with an agent that does not do it as long as anybody else can. */
export function avoiding(step: Step, agent: AgentName | undefined): Step {
  return agent === undefined ? step : { ...step, task: { ...step.task, avoid: [agent] } };
}

/** The result that a task's next attempt brings up to date, as fields of a status that has it. */
export function updateOf(task: Task): { readonly update?: BranchResult } {
  return "update" in task && task.update !== undefined ? { update: task.update } : {};
}

/** Back to the router as `toNew` does; what was to be brought up to date still is. */
export function planAnew(task: Task): Step {
  const fresh = toNew(task, { reset: false });
  return { ...fresh, task: { ...fresh.task, status: "new", ...updateOf(task) } };
}

/** The end of a task: tell those that wait for it, and clean up. */
export function toSettled(
  task: Task,
  end: { readonly status: "done"; readonly outcome: Outcome } | { readonly status: "cancelled"; readonly why: string },
): Step {
  const ref = { project: task.project, id: task.id };
  const notify: PlannedEffect = {
    effect: { kind: "dependents:notify", task: ref, as: end.status, round: task.version + 1 },
    priority: task.priority,
  };
  return { task: { ...baseOf(task), ...end }, effects: [notify, cleanUp(task)] };
}

function cleanUp({ project, id, version }: Task): PlannedEffect {
  return { effect: { kind: "workspace:remove", task: { project, id }, round: version + 1 }, priority: -1 };
}

/** A task of which something changed that moves it nowhere; one that is over is cleaned up as of this version. */
export function stays(task: Task): Step {
  return { task, effects: isSettled(task.status) ? [cleanUp(task)] : [] };
}

/** Planned once more with the same agent, as far as one was to go on. */
export function anew(task: Task): Step {
  const fresh = planAnew(task);
  return task.stay === undefined ? fresh : { ...fresh, task: { ...fresh.task, stay: task.stay } };
}

/** Lets a task wait for others, beside those that it waits for already. */
export function waitFor(task: Task, ids: readonly TaskId[]): Step {
  const known = task.status === "blocked" ? task.waitingFor : [];
  const waitingFor = [...new Set([...known, ...ids])].filter((id) => id !== task.id);
  const ref = { project: task.project, id: task.id };
  const check = {
    kind: "dependencies:check",
    task: ref,
    waitingFor,
    round: task.version + 1,
  } as const;
  const dependsOn = [...new Set([...task.dependsOn, ...waitingFor])];
  return {
    task: { ...baseOf(task), dependsOn, status: "blocked", waitingFor, ...handingOf(task) },
    effects: [...stopOf(task, "waits for other tasks"), { effect: check, priority: task.priority }],
  };
}

/** What is handed out and not a task yet goes on to be waited for. */
export function handingOf(task: Task): { readonly handing?: number } {
  return task.status === "blocked" && task.handing !== undefined ? { handing: task.handing } : {};
}

type InReview = Extract<Task, { status: "in_review" }>;

/**
 * The way into review, from wherever: what a task depends on has to end before its merge, however long ago that was said.
 * Whether it has ended already is looked up. `settle`: what follows besides.
 */
export function intoReview(task: InReview, settle: (task: InReview) => Step): Step {
  const waitingFor = task.dependsOn;
  if (waitingFor.length === 0) return settle(task);
  const { project, id } = task;
  const step = settle({ ...task, waitsFor: waitingFor });
  const check = { kind: "dependencies:check", task: { project, id }, waitingFor, round: task.version + 1 } as const;
  return { task: step.task, effects: [...step.effects, { effect: check, priority: task.priority }] };
}
