import { finishAttempt } from "./advance-attempt.ts";
import { advanceOnForge, approve, lookAgain, type ForgeEvent } from "./advance-forge.ts";
import { baseOf, stopOf, toNew, toSettled, type Step, type StepContext } from "./advance-moves.ts";
import type { PlannedEffect } from "./effect.ts";
import { isInternalTask, type CommitSha, type TaskId, type TaskRef } from "./ids.ts";
import type { TaskPolicy } from "./policy.ts";
import { err, ok, type Result } from "./result.ts";
import type { TaskEvent, TaskEventType } from "./task-event.ts";
import type { Task, TaskSpec, TaskStatus } from "./task.ts";
import { mayMove } from "./transitions.ts";
import { trustRules } from "./trust.ts";

/** Why a move was refused; nothing changed. */
export interface Rejected {
  readonly code: "move_refused" | "task_exists" | "task_unknown" | "stale";
  readonly from: TaskStatus | "absent";
  readonly by: TaskEventType;
  /** One sentence for people. */
  readonly message: string;
}

/** What a person asks of a task, to finish the sentence that it can't. */
const MOST_NOTES = 20;
const SHOWN_LAST = -1;
const WISHES: Partial<Record<TaskEventType, string>> = {
  "merge:requested": "be merged",
  "task:retried": "be tried again",
  "task:unblocked": "be unblocked",
  "task:cancelled": "be cancelled",
  "task:held": "be held",
  "review:requested": "be reviewed: it has no result that waits",
  "task:trusted": "be given another trust: an attempt keeps the one that it began with",
  "attempt:interrupted": "be interrupted",
};

/** A move: which task, what happened, and the world's figures at that moment. */
export interface Move extends StepContext {
  readonly ref: TaskRef;
  readonly event: TaskEvent;
}

/**
 * The heart of orch, pure: a task and what happened become the task afterwards and the effects that follow. The caller
 * commits both in one transaction, or neither. Refusals are values; nothing is thrown.
 */
export function advance(task: Task | undefined, move: Move): Result<Step, Rejected> {
  const { event } = move;
  if (task === undefined) {
    if (event.type === "task:created") {
      const step = create(move.ref, { spec: event.spec, now: move.now });
      return ok({ ...step, effects: [...step.effects, ...show(step.task, move, step.task.version)] });
    }
    return reject(undefined, event.type, {
      code: "task_unknown",
      message: "There is no such task.",
    });
  }
  if (event.type === "task:created") {
    return reject(task, event.type, { code: "task_exists", message: "The task exists already." });
  }
  if (!mayMove(task.status, event.type)) {
    const message = `A task that is ${task.status} can't ${WISHES[event.type] ?? `take ${event.type}`}.`;
    return reject(task, event.type, { code: "move_refused", message });
  }
  if (
    (event.type === "merge:requested" || event.type === "review:requested") &&
    !("result" in task && task.result !== undefined)
  ) {
    return reject(task, event.type, { code: "move_refused", message: "There is no checked result." });
  }
  if (event.type === "dependencies:added" && event.ids.every((id) => id === task.id)) {
    return reject(task, event.type, { code: "move_refused", message: "There is nothing to wait for." });
  }
  if (isStale(task, event)) {
    return reject(task, event.type, {
      code: "stale",
      message: "The event speaks of something that is over.",
    });
  }
  return ok(stamp(task, { step: apply(task, move), move }));
}

function reject(
  task: Task | undefined,
  by: TaskEventType,
  why: Pick<Rejected, "code" | "message">,
): { readonly ok: false; readonly error: Rejected } {
  return err({ ...why, by, from: task?.status ?? "absent" });
}

function isStale(task: Task, event: TaskEvent): boolean {
  if (event.type === "attempt:finished") return task.status !== "in_progress" || task.attempt !== event.attempt;
  if (event.type === "attempt:started") return event.attempt !== task.lastAttempt + 1;
  if (event.type === "pull:seen") return event.facts.state !== "merged" && isAboutAnother(task, event.result);
  if (event.type === "review:given") return task.status !== "in_review" || task.result.commit !== event.commit;
  if (event.type === "dependency:settled") return task.status !== "blocked" || !task.waitingFor.includes(event.id);
  return false;
}

/** A look takes time, in which the task may have got another result. */
function isAboutAnother(task: Task, looked: CommitSha | undefined): boolean {
  return task.status !== "in_review" || (looked !== undefined && looked !== task.result.commit);
}

function create(ref: TaskRef, input: { readonly spec: TaskSpec; readonly now: number }): Step {
  const { spec, now } = input;
  const base = {
    ...spec,
    project: ref.project,
    id: ref.id,
    attempts: 0,
    lastAttempt: 0,
    failures: [],
    avoid: [],
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  const parent = parentWaits(ref, spec);
  if (spec.dependsOn.length > 0) {
    const effect = { kind: "dependencies:check", task: ref, waitingFor: spec.dependsOn, round: 1 } as const;
    return {
      task: { ...base, status: "blocked", waitingFor: [...spec.dependsOn] },
      effects: [{ effect, priority: spec.priority }, ...parent],
    };
  }
  return {
    task: { ...base, status: "new" },
    effects: [{ effect: { kind: "task:route", task: ref, round: 1 }, priority: spec.priority }, ...parent],
  };
}

function parentWaits(child: TaskRef, spec: TaskSpec): readonly PlannedEffect[] {
  if (spec.parent === undefined) return [];
  const task = { project: child.project, id: spec.parent };
  return [{ effect: { kind: "parent:wait", task, child: child.id }, priority: spec.priority + 1 }];
}

function stamp(before: Task, input: { readonly step: Step; readonly move: Move }): Step {
  const { step, move } = input;
  const round = before.version + 1;
  return {
    task: { ...step.task, version: round, updatedAt: move.now },
    effects: [...step.effects, ...show(step.task, move, round)],
  };
}

/** On a forge every move is shown; the last one wins. */
function show(task: Task, { ref, policy }: Move, round: number): readonly PlannedEffect[] {
  if (policy.forge === undefined || (isInternalTask(task.id) && task.pull === undefined)) return [];
  return [{ effect: { kind: "forge:show", task: { project: ref.project, id: ref.id }, round }, priority: SHOWN_LAST }];
}

function apply(task: Task, move: Move): Step {
  const { event } = move;
  switch (event.type) {
    case "task:created":
      return still(task);
    case "task:routed":
      return routed(task, event);
    case "task:unroutable":
      return unroutable(task, event);
    case "attempt:started":
      return startAttempt(task, event);
    case "attempt:finished":
      return finishAttempt(task, { event, context: move });
    case "dependencies:added":
      return waitFor(task, event.ids);
    case "dependency:settled":
      return settleDependency(task, event);
    case "result:merged":
      return merged(task, event);
    case "result:refused":
      return refused(task, event);
    case "task:edited":
    case "task:closed":
    case "pull:opened":
    case "pull:seen":
    case "review:given":
      return advanceOnForge(task, { event, context: move });
    default:
      return grant(task, { event, move });
  }
}

type Wish = Exclude<Extract<TaskEvent, { readonly by: string }>, ForgeEvent>;

/** What only a person asks for. */
function grant(task: Task, { event, move }: { readonly event: Wish; readonly move: Move }): Step {
  switch (event.type) {
    case "merge:requested":
      return requestMerge(task, { by: event.by, policy: move.policy });
    case "task:reopened":
      return startAfresh(task);
    case "task:held":
      return hold(task, event);
    case "task:noted":
      return note(task, { event, at: move.now });
    case "review:requested":
      return lookAgain(task, move.policy);
    case "task:retried":
      return startAfresh(withNote(task, { event, at: move.now }));
    case "task:unblocked":
      return goOn(task);
    case "task:trusted":
      return trust(task, event);
    case "task:cancelled": {
      const ended = toSettled(task, { status: "cancelled", why: event.why });
      return {
        task: ended.task,
        effects: [...stopOf(task, `cancelled by ${event.by}`), ...ended.effects],
      };
    }
    case "attempt:interrupted":
      return {
        task: { ...baseOf(task), status: "needs_review", reason: "interrupted", detail: `Stopped by ${event.by}.` },
        effects: stopOf(task, `interrupted by ${event.by}`),
      };
  }
}

function still(task: Task): Step {
  return { task, effects: [] };
}

function routed(task: Task, event: Extract<TaskEvent, { type: "task:routed" }>): Step {
  const { assignment, waiting } = event;
  const { stay: _stay, ...base } = baseOf(task);
  const waits = waiting === undefined ? {} : { notBefore: waiting.until, waiting };
  const effect = runNext(task, { agent: assignment.agent });
  const notBefore = waiting === undefined ? {} : { notBefore: waiting.until };
  return { task: { ...base, status: "routed", assignment, ...waits }, effects: [{ ...effect, ...notBefore }] };
}

function unroutable(task: Task, event: Extract<TaskEvent, { type: "task:unroutable" }>): Step {
  const { reason = "no_agent", detail } = event;
  return still({ ...baseOf(task), status: "needs_review", reason, detail });
}

function runNext(task: Task, input: { readonly agent: string }): PlannedEffect {
  const attempt = { project: task.project, id: task.id, attempt: task.lastAttempt + 1 };
  const effect = {
    kind: "attempt:run",
    attempt,
    agent: input.agent,
    round: task.version + 1,
  } as const;
  return { effect, priority: task.priority };
}

function startAttempt(task: Task, event: Extract<TaskEvent, { type: "attempt:started" }>): Step {
  if (task.status !== "routed") return still(task);
  return still({
    ...baseOf(task),
    branch: task.branch ?? event.branch,
    attempts: task.attempts + 1,
    lastAttempt: event.attempt,
    status: "in_progress",
    assignment: task.assignment,
    attempt: event.attempt,
    round: task.version,
  });
}

function withNote(
  task: Task,
  { event, at }: { readonly event: Extract<TaskEvent, { type: "task:retried" }>; readonly at: number },
): Task {
  if (event.note === undefined) return task;
  const note = { from: event.by, text: event.note, at };
  return { ...task, notes: [...(task.notes ?? []), note].slice(-MOST_NOTES) };
}

/** What was planned is planned anew; what ended because nobody had read the task goes on once somebody has. */
function trust(task: Task, { tier }: Extract<TaskEvent, { type: "task:trusted" }>): Step {
  const known: Task = { ...task, trust: tier };
  if (known.status === "new" || known.status === "routed") return toNew(known, { reset: false });
  if (known.status === "blocked") return waitFor(known, []);
  const waits = known.status === "needs_review" && known.reason === "untrusted_task";
  return waits && trustRules(known).writes ? startAfresh(known) : still(known);
}

function hold(task: Task, event: Extract<TaskEvent, { type: "task:held" }>): Step {
  const result = "result" in task && task.result !== undefined ? { result: task.result } : {};
  const detail = `Held by ${event.by}${event.why === "" ? "." : `: ${event.why}`}`;
  return {
    task: { ...baseOf(task), status: "needs_review", reason: "held", detail, ...result },
    effects: stopOf(task, `held by ${event.by}`),
  };
}

/** What waits for a person goes on with what they said; what is planned is planned anew, for its words have changed. */
function note(
  task: Task,
  { event, at }: { readonly event: Extract<TaskEvent, { type: "task:noted" }>; readonly at: number },
): Step {
  const added = { from: event.by, text: event.text, at };
  const known: Task = { ...task, notes: [...(task.notes ?? []), added].slice(-MOST_NOTES) };
  if (known.status === "new" || known.status === "routed") return toNew(known, { reset: false });
  const isAsked = known.status === "in_review" || known.status === "needs_review";
  return event.again && isAsked ? startAfresh(known) : still(known);
}

function startAfresh(task: Task): Step {
  const fresh = toNew(task, { reset: true });
  return task.dependsOn.length > 0 ? waitFor(fresh.task, task.dependsOn) : fresh;
}

function goOn(task: Task): Step {
  const given = task.status === "blocked" ? task.waitingFor : task.dependsOn;
  const fresh = toNew(task, { reset: true });
  const dependsOn = task.dependsOn.filter((id) => !given.includes(id));
  return { task: { ...fresh.task, dependsOn }, effects: fresh.effects };
}

function waitFor(task: Task, ids: readonly TaskId[]): Step {
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
    task: { ...baseOf(task), dependsOn, status: "blocked", waitingFor },
    effects: [...stopOf(task, "waits for other tasks"), { effect: check, priority: task.priority }],
  };
}

function settleDependency(task: Task, event: Extract<TaskEvent, { type: "dependency:settled" }>): Step {
  if (task.status !== "blocked") return still(task);
  if (event.as === "cancelled") {
    const detail = `${event.id} was cancelled.`;
    return still({
      ...baseOf(task),
      status: "needs_review",
      reason: "dependency_cancelled",
      detail,
    });
  }
  const waitingFor = task.waitingFor.filter((id) => id !== event.id);
  if (waitingFor.length > 0) return still({ ...baseOf(task), status: "blocked", waitingFor });
  return toNew(task, { reset: false });
}

function requestMerge(task: Task, wish: { readonly by: string; readonly policy: TaskPolicy }): Step {
  if (task.status !== "in_review" && task.status !== "needs_review") return still(task);
  if (task.result === undefined) return still(task);
  if (wish.policy.forge !== undefined) {
    const { seen } = task.status === "in_review" ? task : {};
    const known = seen === undefined ? {} : { seen };
    return approve({ ...baseOf(task), status: "in_review", result: task.result, ...known }, wish);
  }
  const ref = { project: task.project, id: task.id };
  const effect = { kind: "result:merge", task: ref, round: task.version + 1 } as const;
  return {
    task: { ...baseOf(task), status: "in_review", result: task.result },
    effects: [{ effect, priority: task.priority }],
  };
}

function merged(task: Task, event: Extract<TaskEvent, { type: "result:merged" }>): Step {
  if (task.status !== "in_review") return still(task);
  const outcome = { kind: "merged", result: task.result, mergeCommit: event.mergeCommit } as const;
  return toSettled(task, { status: "done", outcome });
}

function refused(task: Task, event: Extract<TaskEvent, { type: "result:refused" }>): Step {
  if (task.status !== "in_review") return still(task);
  const { reason, detail } = event;
  return still({ ...baseOf(task), status: "needs_review", reason, detail, result: task.result });
}
