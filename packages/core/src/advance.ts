import { advanceApproval, refuseApproval, refuseToken, type ApprovalRefusal } from "./advance-approval.ts";
import { finishAttempt } from "./advance-attempt.ts";
import { advanceWaiting, waitsFor } from "./advance-dependencies.ts";
import { advanceOnForge, isForgeEvent, takeOver, backInReview, type ForgeEvent } from "./advance-forge.ts";
import { listensToPull } from "./advance-listening.ts";
import {
  avoiding,
  baseOf,
  planAnew,
  stays,
  stopOf,
  toNew,
  toSettled,
  updateOf,
  waitFor,
  type Step,
  type StepContext,
} from "./advance-moves.ts";
import { isApproved, noted, retriedWith, SAID_SINCE, tellAgent, waitsForWords, type Noted } from "./advance-notes.ts";
import { keptAs, notPushedAlone, pushAgain } from "./advance-push.ts";
import { nextCheckIn } from "./check-in.ts";
import type { PlannedEffect } from "./effect.ts";
import { issueNumberOf, type TaskRef } from "./ids.ts";
import type { TaskPolicy } from "./policy.ts";
import { err, ok, type Result } from "./result.ts";
import type { TaskEvent, TaskEventType } from "./task-event.ts";
import type { Found, Task, TaskSpec, TaskStatus } from "./task.ts";
import { mayMove } from "./transitions.ts";
import { trustRules } from "./trust.ts";

/** Why a move was refused; nothing changed. */
export interface Rejected {
  readonly code: ApprovalRefusal["code"] | "task_exists" | "task_unknown" | "stale";
  readonly from: TaskStatus | "absent";
  readonly by: TaskEventType;
  /** One sentence for people. */
  readonly message: string;
}

/** What a person asks of a task, to finish the sentence that it can't. */
const WISHES: Partial<Record<TaskEventType, string>> = {
  "merge:requested": "be merged",
  "task:noted": "be told anything more",
  "task:edited": "be changed",
  "task:reopened": "be opened again",
  "approval:offered": "be approved: it has no result that waits",
  "approval:given": "be approved: it has no result that waits",
  "task:retried": "be tried again",
  "task:unblocked": "be unblocked",
  "task:cancelled": "be cancelled",
  "task:held": "be held",
  "publish:requested": "be published: it is over",
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
      const step = create(move.ref, { event, now: move.now });
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
  const wrong = refuseToken(task, move);
  if (wrong !== undefined) return reject(task, event.type, wrong);
  if (!mayMove(task.status, event.type)) {
    const message = `A task that is ${task.status} can't ${WISHES[event.type] ?? `take ${event.type}`}.`;
    return reject(task, event.type, { code: "move_refused", message });
  }
  const refused = refuseApproval(task, move);
  if (refused !== undefined) return reject(task, event.type, refused);
  if (event.type === "dependencies:added" && waitsForNothing(task, { event, policy: move.policy })) {
    return reject(task, event.type, { code: "move_refused", message: "There is nothing to wait for." });
  }
  if (event.type === "publish:requested" && move.policy.forge === undefined) {
    return reject(task, event.type, { code: "move_refused", message: "Its project is on no forge." });
  }
  if (isStale(task, event)) {
    return reject(task, event.type, {
      code: "stale",
      message: "The event speaks of something that is over.",
    });
  }
  return ok(stamp(task, { step: apply(task, move), move }));
}

/** A result in the user's own repository is merged at a word: nothing holds it. */
function waitsForNothing(
  task: Task,
  {
    event,
    policy,
  }: { readonly event: Extract<TaskEvent, { type: "dependencies:added" }>; readonly policy: TaskPolicy },
): boolean {
  return event.ids.every((id) => id === task.id) || (task.status === "in_review" && policy.forge === undefined);
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
  if (event.type === "attempt:started")
    return event.attempt !== task.lastAttempt + 1 || (event.round ?? task.version) !== task.version;
  if (event.type === "pull:seen") return isSeenElsewhere(task, event);
  if (event.type === "review:given") return task.status !== "in_review" || task.result.commit !== event.commit;
  if (event.type === "dependency:settled") return !waitsFor(task).includes(event.id);
  return false;
}

/** A look takes time, in which the task may have got another result, or another pull request. */
function isSeenElsewhere(task: Task, event: Extract<TaskEvent, { type: "pull:seen" }>): boolean {
  const { facts, number, result } = event;
  if (number !== undefined && number !== task.pull?.number) return true;
  if (facts.state === "merged" && event.outdated !== true) return false;
  if (task.status !== "in_review" && !listensToPull(task)) return true;
  return result !== undefined && result !== task.result.commit;
}

function create(
  ref: TaskRef,
  input: { readonly event: Extract<TaskEvent, { type: "task:created" }>; readonly now: number },
): Step {
  const { event, now } = input;
  const { spec, found, notes } = event;
  const base = {
    ...spec,
    ...(notes === undefined ? {} : { notes }),
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
  if (found !== undefined) {
    const step = takeUp({ ...base, status: "new" }, found);
    return { task: step.task, effects: [...step.effects, ...parent] };
  }
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

/** What an earlier orch left goes on where it stood: nothing is done a second time. */
function takeUp(task: Extract<Task, { status: "new" }>, found: Found): Step {
  if (found.kind === "pull") return takeOver(task, found);
  return { task: { ...task, status: "needs_review", reason: "held", detail: found.detail }, effects: [] };
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
function show(task: Task, { ref, policy, now }: Move, round: number): readonly PlannedEffect[] {
  const isThere = issueNumberOf(task) !== undefined || task.pull !== undefined || task.source.kind === "mention";
  if (policy.forge === undefined || !isThere) return [];
  const later = nextCheckIn(task, { round, now });
  const shown = { kind: "forge:show", task: { project: ref.project, id: ref.id }, round } as const;
  return [{ effect: shown, priority: -1 }, ...(later === undefined ? [] : [later])];
}

function apply(task: Task, move: Move): Step {
  const { event } = move;
  if (isForgeEvent(event)) return advanceOnForge(task, { event, context: move });
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
    case "result:merged":
      return merged(task, event);
    case "result:refused":
      return refused(task, event);
    case "dependencies:added":
    case "dependencies:removed":
    case "parts:opened":
    case "dependency:settled":
      return advanceWaiting(task, { event, policy: move.policy });
    default:
      return grant(task, { event, move });
  }
}

type Wish = Exclude<Extract<TaskEvent, { readonly by: string }>, ForgeEvent>;

/** What only a person asks for. */
function grant(task: Task, { event, move }: { readonly event: Wish; readonly move: Move }): Step {
  switch (event.type) {
    case "merge:requested":
    case "approval:offered":
    case "approval:given":
      return advanceApproval(task, { event, policy: move.policy });
    case "task:held":
      return hold(task, event);
    case "task:noted":
      return note(task, { event, at: move.now });
    case "review:requested":
      return backInReview(task, { policy: move.policy, asked: true });
    case "task:reopened":
      return startAfresh(retriedWith(task, { event, at: move.now }));
    case "task:retried":
      return pushAgain(task, event) ?? avoiding(startAfresh(retriedWith(task, { event, at: move.now })), event.avoid);
    case "task:unblocked":
      return goOn(task, move.policy);
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
  const effect = runNext(task, assignment.agent);
  const notBefore = waiting === undefined ? {} : { notBefore: waiting.until };
  const routedTask: Task = { ...base, status: "routed", assignment, ...waits, ...updateOf(task) };
  return { task: routedTask, effects: [{ ...effect, ...notBefore }] };
}

function unroutable(task: Task, event: Extract<TaskEvent, { type: "task:unroutable" }>): Step {
  const { reason = "no_agent", detail } = event;
  return still({ ...baseOf(task), status: "needs_review", reason, detail });
}

function runNext(task: Task, agent: string): PlannedEffect {
  const attempt = { project: task.project, id: task.id, attempt: task.lastAttempt + 1 };
  const effect = { kind: "attempt:run", attempt, agent, round: task.version + 1 } as const;
  return { effect, priority: task.priority };
}

function startAttempt(task: Task, event: Extract<TaskEvent, { type: "attempt:started" }>): Step {
  if (task.status !== "routed") return still(task);
  return still({
    ...baseOf(task),
    branch: task.branch ?? event.branch,
    ...countsOf(task),
    lastAttempt: event.attempt,
    status: "in_progress",
    assignment: task.assignment,
    attempt: event.attempt,
    round: task.version,
    ...updateOf(task),
  });
}

/** What orch does by itself is no try of the task. */
function countsOf(task: Task): Pick<Task, "attempts" | "updates"> {
  const { attempts, updates = 0 } = task;
  return updateOf(task).update === undefined ? { attempts: attempts + 1 } : { attempts, updates: updates + 1 };
}

/** What was planned is planned anew; what ended because nobody had read the task goes on once somebody has. */
function trust(task: Task, { tier }: Extract<TaskEvent, { type: "task:trusted" }>): Step {
  const known: Task = { ...task, trust: tier };
  if (known.status === "new" || known.status === "routed") return planAnew(known);
  if (known.status === "blocked") return waitFor(known, []);
  const waits = known.status === "needs_review" && known.reason === "untrusted_task";
  return waits && trustRules(known).writes ? startAfresh(known) : stays(known);
}

function hold(task: Task, event: Pick<Extract<TaskEvent, { type: "task:held" }>, "by" | "why">): Step {
  const { update: result = "result" in task ? task.result : undefined } = updateOf(task);
  const detail = `Held by ${event.by}${event.why === "" ? "." : `: ${event.why}`}`;
  return {
    task: {
      ...baseOf(task),
      status: "needs_review",
      reason: "held",
      detail,
      ...(result === undefined ? {} : keptAs(result)),
    },
    effects: stopOf(task, `held by ${event.by}`),
  };
}

/** What waits for a person goes on with what they said; what is planned is planned anew, for its words have changed. */
function note(task: Task, { event, at }: Noted): Step {
  const isKnown = event.id !== undefined && task.notes?.some(({ id }) => id === event.id) === true;
  const known = isKnown ? task : notPushedAlone(noted(task, { event, at }));
  // No agent works when a result is brought up to date, and none would hear it.
  if (event.again && !isKnown && updateOf(known).update !== undefined && known.status !== "in_progress")
    return startAfresh(known);
  // Each move of a plan makes it anew: its jobs are of the version that planned them.
  if (known.status === "new" || known.status === "routed") return planAnew(known);
  if (isKnown) return still(task);
  if (known.status === "in_progress") return tellAgent(known, event);
  return goOnWith(known, event);
}

/** What may be talk between people neither throws an approved result away nor lets it be merged over. */
function goOnWith(task: Task, { aside, by, again }: Noted["event"]): Step {
  if (aside === true && isApproved(task)) return hold(task, { by, why: SAID_SINCE });
  return again && waitsForWords(task) ? startAfresh(task) : still(task);
}

function startAfresh(task: Task): Step {
  const fresh = toNew(task, { reset: true });
  return task.dependsOn.length > 0 ? waitFor(fresh.task, task.dependsOn) : fresh;
}

function goOn(task: Task, policy: TaskPolicy): Step {
  // What was held in review has its result already.
  if (task.status === "needs_review" && task.reason === "held" && task.result !== undefined) {
    return backInReview({ ...task, dependsOn: [] }, { policy, asked: false });
  }
  const given = task.status === "blocked" ? task.waitingFor : task.dependsOn;
  const fresh = toNew(task, { reset: true });
  const dependsOn = task.dependsOn.filter((id) => !given.includes(id));
  return { task: { ...fresh.task, dependsOn }, effects: fresh.effects };
}

function merged(task: Task, event: Extract<TaskEvent, { type: "result:merged" }>): Step {
  if (task.status !== "in_review") return still(task);
  const outcome = { kind: "merged", result: task.result, mergeCommit: event.mergeCommit } as const;
  return toSettled(task, { status: "done", outcome });
}

function refused(task: Task, event: Extract<TaskEvent, { type: "result:refused" }>): Step {
  if (task.status !== "in_review") return still(task);
  const { reason, detail, facts: seen = task.seen } = event;
  const { result, approval } = task;
  const stays = approval !== undefined && event.voids !== true;
  const kept = { ...(seen === undefined ? {} : { seen }), ...(stays ? { approval } : {}) };
  return still({ ...baseOf(task), status: "needs_review", reason, detail, result, ...kept });
}
