import { finishUpdate, openPull } from "./advance-forge.ts";
import { baseOf, isPlain, toSettled, type Step, type StepContext } from "./advance-moves.ts";
import { hasUnheard, hearFirst } from "./advance-notes.ts";
import { besides, handOut } from "./advance-parts.ts";
import { keptAs } from "./advance-push.ts";
import { LONGEST_WAIT_MS } from "./cooldown.ts";
import type { TaskPolicy } from "./policy.ts";
import type { TaskEvent } from "./task-event.ts";
import type { BranchResult, FailureMark, Task, TaskBase } from "./task.ts";
import { trustRules } from "./trust.ts";
import { meaningOf, type Verdict } from "./verdict.ts";

const KEPT_FAILURES = 10;

interface Finish {
  readonly event: Extract<TaskEvent, { type: "attempt:finished" }>;
  readonly context: StepContext;
}

type Running = Extract<Task, { status: "in_progress" }>;

/** What follows from an attempt's verdict, by the reason table and the policy. */
export function finishAttempt(task: Task, finish: Finish): Step {
  if (task.status !== "in_progress") return { task, effects: [] };
  const { update } = task;
  const updated = update === undefined ? undefined : finishUpdate({ ...task, update }, finish);
  if (updated !== undefined) return updated;
  const { verdict, result } = finish.event;
  if (verdict.kind === "pass" && result !== undefined) {
    const step = passed(task, { result, finish });
    return { ...step, effects: [...step.effects, ...besides(task, finish.event.parts)] };
  }
  if (verdict.kind === "pass") {
    return needsPerson(baseOf(task), {
      reason: "invalid_output",
      detail: "A pass without a result is no pass.",
    });
  }
  if (verdict.kind === "human") return forPerson(task, { verdict, finish });
  if (verdict.reason === "delegated") return handOut(task, finish.event.parts ?? 0);
  return failed(task, { verdict, finish });
}

/** A person has to look. What the agent has to hear first is neither pushed nor over without it. */
function forPerson(
  task: Running,
  { verdict, finish }: { readonly verdict: Extract<Verdict, { kind: "human" }>; readonly finish: Finish },
): Step {
  const { result, heard } = finish.event;
  const isUnheard = hasUnheard(task, heard);
  const isStale = isUnheard && result?.unpublished === true;
  const step = unlessUnchanged(task, result === undefined || isStale ? verdict : { ...verdict, result });
  return step.task.status === "done" && isUnheard ? hearFirst(task) : step;
}

/** A person has to look, unless it is as it should be that nothing changed: the parts did it, or it was a question. */
function unlessUnchanged(task: Running, why: Why): Step {
  const isMention = task.source.kind === "mention";
  const isRight = why.reason === "no_changes" && (isMention || (task.parts ?? []).length > 0);
  if (!isRight || why.result !== undefined) return needsPerson(baseOf(task), why);
  const outcome = { kind: "unchanged", why: isMention ? "answer" : "parts" } as const;
  return toSettled(task, { status: "done", outcome });
}

function passed(task: Running, { result, finish }: { readonly result: BranchResult; readonly finish: Finish }): Step {
  const { policy } = finish.context;
  const base = { ...baseOf(task), failures: [], avoid: [] };
  // What somebody said meanwhile counts before anybody is asked to look; the branch is gone on with.
  if (hasUnheard(task, finish.event.heard)) return hearFirst(task);
  if (policy.forge !== undefined) return openPull({ ...task, ...base }, result);
  const review: Task = { ...base, status: "in_review", result };
  if (policy.merge === "approve_gate" || result.checks === 0) return { task: review, effects: [] };
  if (policy.merge === "never") {
    return toSettled({ ...task, ...base }, { status: "done", outcome: { kind: "published", result } });
  }
  if (!isPlain(result) || !trustRules(task).mergesAlone) return { task: review, effects: [] };
  const ref = { project: task.project, id: task.id };
  const effect = { kind: "result:merge", task: ref, round: task.version + 1 } as const;
  return { task: review, effects: [{ effect, priority: task.priority }] };
}

interface Why {
  readonly reason: FailureMark["reason"];
  readonly detail: string;
  readonly result?: BranchResult;
}

function needsPerson(base: TaskBase, { reason, detail, result }: Why): Step {
  const kept = result === undefined ? {} : keptAs(result);
  return { task: { ...base, status: "needs_review", reason, detail, ...kept }, effects: [] };
}

function failed(
  task: Running,
  input: { readonly verdict: Extract<Verdict, { kind: "retryable" }>; readonly finish: Finish },
): Step {
  const { verdict, finish } = input;
  const { policy, now } = finish.context;
  const meaning = meaningOf(verdict.reason);
  const mark: FailureMark = { reason: verdict.reason, fingerprint: finish.event.fingerprint };
  const failures = meaning.counts ? [...task.failures, mark].slice(-KEPT_FAILURES) : task.failures;
  // Only a wait for a known time is free: an agent that says no more than "limit reached" must not be tried for ever.
  const isTimed = verdict.retryAt !== undefined && verdict.retryAt > now;
  const attempts = meaning.action === "wait" && isTimed ? Math.max(task.attempts - 1, 0) : task.attempts;
  const base: TaskBase = { ...baseOf(task), failures, attempts };
  if (meaning.counts && equalTail(failures) >= policy.equalFailures) {
    const detail = `${verdict.reason} ${policy.equalFailures} times in a row: ${verdict.detail}`;
    return needsPerson(base, { reason: "repeated_failure", detail });
  }
  const cap = policy.classFailures;
  if (cap > 0 && meaning.counts && meaning.uncapped !== true && sameReasonTail(failures) >= cap) {
    const detail = `${verdict.reason} ${cap} times in a row, not always the same way; the last: ${verdict.detail}`;
    return needsPerson(base, { reason: "retry_limit", detail });
  }
  if (attempts >= policy.maxAttempts) {
    const detail = `${attempts} of ${policy.maxAttempts} attempts used; the last ended with ${verdict.reason}: ${verdict.detail}`;
    return needsPerson(base, { reason: "max_attempts", detail });
  }
  const tries = meaning.counts ? failures.length : attempts;
  const notBefore = retryTime(tries, { verdict, context: finish.context });
  if (meaning.action === "retry") return again(task, { base, notBefore });
  return reroute(task, {
    base,
    how: routeAfter(task, { verdict, policy }),
    notBefore: restless(verdict) ? now : notBefore,
  });
}

/** How many of the newest failures are equal to the newest. */
function equalTail(failures: readonly FailureMark[]): number {
  return tail(failures, (mark, newest) => mark.reason === newest.reason && mark.fingerprint === newest.fingerprint);
}

/** How many of the newest failures have the newest's reason. */
function sameReasonTail(failures: readonly FailureMark[]): number {
  return tail(failures, (mark, newest) => mark.reason === newest.reason);
}

function tail(failures: readonly FailureMark[], fits: (mark: FailureMark, newest: FailureMark) => boolean): number {
  const newest = failures.at(-1);
  if (newest === undefined) return 0;
  return failures.length - 1 - failures.findLastIndex((mark) => !fits(mark, newest));
}

function retryTime(
  tries: number,
  input: {
    readonly verdict: Extract<Verdict, { kind: "retryable" }>;
    readonly context: StepContext;
  },
): number {
  const { verdict, context } = input;
  const { policy, now, jitter } = context;
  if (verdict.retryAt !== undefined && verdict.retryAt > now) return Math.min(verdict.retryAt, now + LONGEST_WAIT_MS);
  if (meaningOf(verdict.reason).delay === "none") return now;
  const doublings = Math.min(Math.max(tries - 1, 0), 20);
  const delay = Math.min(policy.backoffBaseMs * 2 ** doublings, policy.backoffCapMs);
  return now + Math.round(delay * (0.75 + jitter / 2));
}

function again(task: Running, input: { readonly base: TaskBase; readonly notBefore: number }): Step {
  const { base, notBefore } = input;
  const attempt = { project: task.project, id: task.id, attempt: task.lastAttempt + 1 };
  const effect = {
    kind: "attempt:run",
    attempt,
    agent: task.assignment.agent,
    round: task.version + 1,
  } as const;
  return {
    task: { ...base, status: "routed", assignment: task.assignment, notBefore },
    effects: [{ effect, notBefore, priority: task.priority }],
  };
}

/** The router knows who rests until when, so nothing has to wait before it is asked. */
function restless({ reason }: { readonly reason: FailureMark["reason"] }): boolean {
  return meaningOf(reason).cooldown !== undefined;
}

/** Whom the router is to begin with, or whom to leave out. */
function routeAfter(
  task: Running,
  input: { readonly verdict: Extract<Verdict, { kind: "retryable" }>; readonly policy: TaskPolicy },
): Pick<TaskBase, "avoid" | "stay"> {
  const { agent } = task.assignment;
  const avoid = [...new Set([...task.avoid, agent])];
  const { cooldown, action } = meaningOf(input.verdict.reason);
  // Another account or another model of the same agent may do.
  if (action === "wait") return { avoid: task.avoid, stay: { agent, only: input.policy.onUsageLimit === "wait" } };
  if (cooldown?.scope === "model") return { avoid: task.avoid, stay: { agent, only: false } };
  return { avoid };
}

function reroute(
  task: Running,
  input: { readonly base: TaskBase; readonly how: Pick<TaskBase, "avoid" | "stay">; readonly notBefore: number },
): Step {
  const ref = { project: task.project, id: task.id };
  const effect = { kind: "task:route", task: ref, round: task.version + 1 } as const;
  return {
    task: { ...input.base, ...input.how, status: "new" },
    effects: [{ effect, notBefore: input.notBefore, priority: task.priority }],
  };
}
