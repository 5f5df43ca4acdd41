import { hasCome, listensToPull, type Listening } from "./advance-listening.ts";
import {
  anew,
  baseOf,
  intoReview,
  stays,
  stopOf,
  toNew,
  toSettled,
  withEarlier,
  type Step,
  type StepContext,
} from "./advance-moves.ts";
import { hasNewWords, hasUnheard, hearFirst, withNote } from "./advance-notes.ts";
import { keptAs, notPushedAlone, resolveFirst } from "./advance-push.ts";
import type { PlannedEffect } from "./effect.ts";
import { issueNumberOf } from "./ids.ts";
import { isAsChecked, isElsewhere, mayMerge, mergesAlone, overdueChecks } from "./may-merge.ts";
import type { TaskPolicy } from "./policy.ts";
import type { Feedback, TaskEvent } from "./task-event.ts";
import type { BranchResult, PullFacts, Task, TaskNote } from "./task.ts";
import type { Reason } from "./verdict.ts";

const FORGE_EVENTS = [
  "task:edited",
  "task:closed",
  "publish:requested",
  "task:published",
  "pull:opened",
  "pull:found",
  "pull:seen",
  "review:given",
] as const satisfies readonly TaskEvent["type"][];

/** What happens to a task on its forge. */
export type ForgeEvent = Extract<TaskEvent, { readonly type: (typeof FORGE_EVENTS)[number] }>;

/** True for what happens to a task on its forge. */
export function isForgeEvent(event: TaskEvent): event is ForgeEvent {
  return FORGE_EVENTS.some((type) => type === event.type);
}

type InReview = Extract<Task, { status: "in_review" }>;
type Updating = Extract<Task, { status: "in_progress" }> & { readonly update: BranchResult };
type Of<Type extends TaskEvent["type"]> = Extract<TaskEvent, { readonly type: Type }>;

/** A base that moves faster than checks run is for people. */
const MOST_UPDATES = 20;

/** What follows from something that happened on a forge. */
export function advanceOnForge(
  task: Task,
  { event, context }: { readonly event: ForgeEvent; readonly context: StepContext },
): Step {
  switch (event.type) {
    case "task:edited":
      return edited(task, { event, policy: context.policy });
    case "publish:requested":
      return publish(task, { event, policy: context.policy });
    case "task:published":
      return replan({ ...task, issue: task.issue ?? event.issue }, context.policy);
    case "task:closed":
      return close(task, event);
    case "pull:opened":
      return opened(task, { event, policy: context.policy });
    case "pull:found":
      return takeOver(task, event);
    case "pull:seen":
      return seen(task, { event, context });
    case "review:given":
      return reviewed(task, { event, context });
  }
}

/** A pull request that nothing here made goes on in review: people judge it (law 3). */
export function takeOver(task: Task, { pull, result }: Pick<Of<"pull:found">, "pull" | "result">): Step {
  const adopted: InReview = { ...baseOf(task), status: "in_review", pull, result, branch: result.branch };
  return intoReview(adopted, (known) => ({ task: known, effects: [] }));
}

/** The first steps after a result on a forge: everything else follows from its pull request. */
export function openPull(task: Task, result: BranchResult): Step {
  if (task.heard?.commit === result.commit) {
    const detail = `Changes were asked for, and ${result.commit.slice(0, 12)} is as it was.`;
    return needsPerson({ ...baseOf(task), status: "in_review", result }, { reason: "no_changes", detail });
  }
  const effect = { kind: "pull:open", task: refOf(task), round: task.version + 1 } as const;
  const effects = [{ effect, priority: task.priority }];
  return intoReview({ ...baseOf(task), status: "in_review", result }, (known) => ({ task: known, effects }));
}

/** A task that has a result and is in review, or was put aside. */
type Reviewable = InReview | (Extract<Task, { status: "needs_review" }> & { readonly result: BranchResult });

/** A person's wish to merge: it counts for this commit alone, and is granted as soon as everything else speaks for it. */
export function approve(
  task: Reviewable,
  input: { readonly by: string; readonly policy: TaskPolicy; readonly pastGate?: boolean },
): Step {
  const { result, seen } = task;
  const { by, pastGate } = input;
  const approval = { commit: result.commit, by, ...(pastGate === true ? { pastGate } : {}) };
  const { waitsFor } = task.status === "in_review" ? task : {};
  const back: InReview = { ...baseOf(task), status: "in_review", result, approval };
  // What stood in the way when it was put aside is looked at anew.
  const known = seen !== undefined && isAsChecked(back, seen) ? { ...back, seen } : back;
  if (task.status === "needs_review") return intoReview(known, (there) => settleReview(there, input.policy));
  return settleReview(waitsFor === undefined ? known : { ...known, waitsFor }, input.policy);
}

/** A result is in review again, also one that was put aside; `asked`: a person wants an agent to review it. An approval stays. */
export function backInReview(task: Task, how: { readonly policy: TaskPolicy; readonly asked: boolean }): Step {
  if ((task.status !== "in_review" && task.status !== "needs_review") || task.result === undefined) {
    return { task, effects: [] };
  }
  const { waitsFor, approval } = task.status === "in_review" ? task : {};
  const known = { ...(waitsFor === undefined ? {} : { waitsFor }), ...(approval === undefined ? {} : { approval }) };
  const wish = how.asked ? { reviewAsked: task.result.commit } : {};
  const back: InReview = { ...baseOf(task), status: "in_review", result: task.result, ...known, ...wish };
  const settle = (there: InReview): Step => settleReview(there, how.policy);
  return task.status === "needs_review" && how.policy.forge !== undefined ? intoReview(back, settle) : settle(back);
}

function refOf(task: Task): { readonly project: Task["project"]; readonly id: Task["id"] } {
  return { project: task.project, id: task.id };
}

/**
 * Other words than those that somebody read make nothing of their approval, and what nobody would look at any more is
 * done once more by them; an agent at work began with the words of before, so its result is not the end.
 */
function edited(
  task: Task,
  { event, policy }: { readonly event: Of<"task:edited">; readonly policy: TaskPolicy },
): Step {
  const known = withWords(task, event);
  if (known.title === task.title && known.body === task.body) return replan(known, policy);
  if (known.status === "in_progress") return { task: hasNewWords(known), effects: [] };
  if (known.status !== "in_review" && known.status !== "needs_review") return replan(known, policy);
  const { approval: _approval, ...unread } = known;
  const isJudged = policy.merge !== "auto" || unread.status !== "in_review" || unread.seen?.decision === "approved";
  if (!isJudged && mergesAlone(unread, policy)) return toNew(unread, { reset: true });
  return replan(notPushedAlone(unread), policy);
}

function withWords(task: Task, { words, tier }: Of<"task:edited">): Task {
  const { plan: _plan, pace: _pace, size: _size, job: _job, ...rest } = task;
  return { ...rest, ...words, ...(tier === undefined ? {} : { trust: tier }) };
}

/**
 * A task of which something changed that is no step of its life. What was planned is planned again, for its effects are
 * stale; an attempt that runs keeps what it began with.
 */
function replan(known: Task, policy: TaskPolicy): Step {
  if (known.status === "new" || known.status === "routed") {
    return anew(known);
  }
  return known.status === "in_review" ? settleReview(known, policy) : stays(known);
}

/** One issue per task, for ever: a task that has one needs no other. */
function publish(
  task: Task,
  { event, policy }: { readonly event: Of<"publish:requested">; readonly policy: TaskPolicy },
): Step {
  const step = replan(task, policy);
  if (issueNumberOf(task) !== undefined) return step;
  const effect = { kind: "issue:open", task: refOf(task), labels: event.labels, round: task.version + 1 } as const;
  return { task: step.task, effects: [...step.effects, { effect, priority: task.priority }] };
}

function close(task: Task, event: Of<"task:closed">): Step {
  const end =
    event.as === "completed"
      ? ({ status: "done", outcome: { kind: "closed", by: event.by } } as const)
      : ({ status: "cancelled", why: `Closed by ${event.by}.` } as const);
  return endNow(task, { end, why: `closed by ${event.by}` });
}

function endNow(task: Task, input: { readonly end: Parameters<typeof toSettled>[1]; readonly why: string }): Step {
  const ended = toSettled(task, input.end);
  return { task: ended.task, effects: [...stopOf(task, input.why), ...ended.effects] };
}

function opened(task: Task, input: { readonly event: Of<"pull:opened">; readonly policy: TaskPolicy }): Step {
  if (task.status !== "in_review") return { task, effects: [] };
  const { pull } = input.event;
  // What is known of it already is who made it a draft.
  const isKnown = task.pull?.number === pull.number;
  const earlier = isKnown ? {} : withEarlier(task);
  return settleReview({ ...task, ...earlier, pull: isKnown ? task.pull : pull }, input.policy);
}

function seen(task: Task, input: { readonly event: Of<"pull:seen">; readonly context: StepContext }): Step {
  const { facts, feedback, followUps, outdated } = input.event;
  if (facts.state === "merged" && outdated !== true) return mergedThere(task, facts);
  if (listensToPull(task)) return hear(task, input);
  if (task.status !== "in_review") return { task, effects: [] };
  if (facts.state === "merged") return mergedBefore(task, { facts, policy: input.context.policy });
  const heard = followUps === undefined ? {} : { heard: followUps.heard };
  const known: InReview = { ...task, ...pullSeen(task, facts), seen: facts, ...heard };
  if (facts.state === "closed") {
    return needsPerson(known, { reason: "pull_closed", detail: "The pull request was closed without a merge." });
  }
  if (facts.head !== task.result.commit) {
    const detail = `${facts.head.slice(0, 12)} is at the end of ${task.result.branch}, and orch did not check it.`;
    return needsPerson(known, { reason: "head_moved", detail });
  }
  if (isElsewhere(known, facts)) {
    const detail = `The pull request goes into ${facts.base}, and orch checked what comes into ${task.result.base}.`;
    return needsPerson(known, { reason: "retargeted", detail });
  }
  if (feedback !== undefined) return goOn(known, { feedback, context: input.context });
  return settleReview(known, input.context.policy);
}

/** One that was seen ready is a draft later only because people wish so. */
function pullSeen({ pull }: Task, { draft }: PullFacts): Pick<Task, "pull"> {
  if (pull === undefined) return {};
  const { number, url } = pull;
  return { pull: draft ? pull : { number, url } };
}

/** A task that came before a person goes on when its pull request says what it waits for, and remembers the rest. */
function hear(task: Listening, input: { readonly event: Of<"pull:seen">; readonly context: StepContext }): Step {
  const { event, context } = input;
  const { facts, feedback, followUps } = event;
  const heard = followUps === undefined ? {} : { heard: followUps.heard };
  const known: Listening = { ...task, pull: pullSeen(task, facts).pull ?? task.pull, seen: facts, ...heard };
  const { result, approval } = task;
  const wish = approval === undefined ? {} : { approval };
  const back: InReview = { ...baseOf(known), status: "in_review", result, seen: facts, ...wish };
  if (facts.state === "merged") return mergedBefore(back, { facts, policy: context.policy });
  const isOther = facts.state === "closed" || facts.head !== result.commit || isElsewhere(back, facts);
  if (isOther) return { task: known, effects: [] };
  if (feedback !== undefined) return goOn(back, { feedback, context });
  if (!hasCome(task, facts)) return { task: known, effects: [] };
  return intoReview(back, (there) => settleReview(there, context.policy));
}

/**
 * What the forge can't merge as it is, orch brings on top of its base by itself. A base that has only moved on is worth
 * that when nothing else is missing: a new commit is checked, and reviewed, from the beginning.
 */
function isOutdated(task: InReview, policy: TaskPolicy): boolean {
  if (task.seen?.head !== task.result.commit || task.seen.state !== "open" || isForeign(task)) return false;
  return task.seen.mergeable === "conflict" || (task.seen.behind && mayMerge(task, policy));
}

function bringUpToDate(task: InReview, when: Pick<PlannedEffect, "notBefore"> = {}): Step {
  const { result } = task;
  if ((task.updates ?? 0) >= MOST_UPDATES) {
    const detail = `${result.base} moves on faster than ${result.branch} can be checked: it was brought up to date ${MOST_UPDATES} times.`;
    return needsPerson(task, { reason: "merge_refused", detail });
  }
  const fresh = toNew(task, { reset: false });
  const effects = fresh.effects.map((planned) => ({ ...planned, ...when }));
  return { task: { ...fresh.task, status: "new", update: result }, effects };
}

/** What came of bringing a result up to date; what only its agent can decide goes back to it. */
export function finishUpdate(
  task: Updating,
  finish: { readonly event: Of<"attempt:finished">; readonly context: StepContext },
): Step | undefined {
  const { event, context } = finish;
  const { update, assignment } = task;
  const { verdict } = event;
  if (verdict.kind === "pass") return undefined;
  const before: InReview = { ...baseOf(task), status: "in_review", result: update };
  const { reason, detail } = verdict;
  if (reason === "merge_conflict" && update.unpublished === true)
    return resolveFirst(task, { detail, at: context.now });
  if (reason === "merge_conflict") {
    const heard = task.heard ?? { review: 0, comment: 0 };
    const feedback = { kind: "conflict", from: "engine", text: detail, heard, agent: assignment.agent } as const;
    return goOn(before, { feedback, context });
  }
  if (event.result?.unpublished === true) return undefined;
  if (verdict.kind === "human") return needsPerson(before, { reason, detail });
  if (reason === "checks_failed") return undefined;
  if (hasUnheard(task, event.heard)) return hearFirst(task);
  const doublings = Math.min(task.updates ?? 0, MOST_UPDATES);
  const delay = Math.min(context.policy.backoffBaseMs * 2 ** doublings, context.policy.backoffCapMs);
  return bringUpToDate(before, { notBefore: context.now + delay });
}

/** Somebody merged what was there before the present result: that is a change of its own now. */
function mergedBefore(
  task: InReview,
  { facts, policy }: { readonly facts: PullFacts; readonly policy: TaskPolicy },
): Step {
  const { pull: _pull, seen: _seen, ...rest } = task;
  return settleReview({ ...rest, ...withEarlier(task), landed: facts.head }, policy);
}

function mergedThere(task: Task, facts: PullFacts): Step {
  const { head } = facts;
  const mergeCommit = facts.mergeCommit ?? head;
  const result = "result" in task ? task.result : undefined;
  const outcome =
    result === undefined
      ? ({ kind: "closed", by: "a merge", mergeCommit, head } as const)
      : ({ kind: "merged", result, mergeCommit, ...(head === result.commit ? {} : { head }) } as const);
  return endNow(task, { end: { status: "done", outcome }, why: "its pull request was merged" });
}

function reviewed(task: Task, input: { readonly event: Of<"review:given">; readonly context: StepContext }): Step {
  if (task.status !== "in_review") return { task, effects: [] };
  const { commit, shown } = input.event;
  const step = follow(task, input);
  if (shown === undefined || task.pull === undefined) return step;
  const { number: pull } = task.pull;
  const show = { kind: "review:show", task: refOf(task), pull, commit, words: shown, round: task.version + 1 } as const;
  // Said before what follows from it.
  return { ...step, effects: [{ effect: show, priority: task.priority }, ...step.effects] };
}

/** What becomes of a result by what a review agent says. */
function follow(task: InReview, input: { readonly event: Of<"review:given">; readonly context: StepContext }): Step {
  const { event, context } = input;
  const by = `agent:${event.by}`;
  if (event.decision === "reject") return needsPerson(task, { reason: "review_rejected", detail: event.notes });
  if (event.decision === "approve") {
    return settleReview({ ...task, reviewed: { commit: event.commit, by } }, context.policy);
  }
  const heard = task.heard ?? { review: 0, comment: 0 };
  return goOn(task, { feedback: { kind: "review", from: by, text: event.notes, heard }, context });
}

/** Back to work with what was asked for; after too many rounds to a person. */
function goOn(task: InReview, input: { readonly feedback: Feedback; readonly context: StepContext }): Step {
  const { feedback, context } = input;
  const counter = feedback.kind === "review" ? "rounds" : "mends";
  const count = (task[counter] ?? 0) + 1;
  const known: InReview = { ...task, heard: { ...feedback.heard, commit: task.result.commit } };
  const most = context.policy.forge?.maxReviewCycles ?? 0;
  if (count > most) {
    const reason: Reason = feedback.kind === "checks" ? "ci_failing" : "review_limit";
    const detail = `${most} rounds of changes were made, and there is more: ${feedback.text.slice(0, 500)}`;
    return needsPerson(known, { reason, detail });
  }
  const note: TaskNote = { from: feedback.from, text: feedback.text, at: context.now };
  const fresh = toNew(known, { reset: false });
  const stay = feedback.agent === undefined ? {} : { stay: { agent: feedback.agent, only: false } };
  const notes = withNote(task, note);
  return { ...fresh, task: { ...fresh.task, ...stay, notes, [counter]: count } };
}

function needsPerson(task: InReview, why: { readonly reason: Reason; readonly detail: string }): Step {
  const seen = task.seen === undefined ? {} : { seen: task.seen };
  const wish = why.reason === "checks_missing" && task.approval !== undefined ? { approval: task.approval } : {};
  return {
    task: { ...baseOf(task), status: "needs_review", ...keptAs(task.result), ...why, ...seen, ...wish },
    effects: [],
  };
}

/**
 * What a task in review waits for next: a pull request, a review agent, or the merge. Each move plans it anew, because
 * an effect of an earlier version is stale.
 */
export function settleReview(task: InReview, policy: TaskPolicy): Step {
  const plan = (kind: "pull:open" | "pull:merge"): PlannedEffect => ({
    effect: { kind, task: refOf(task), round: task.version + 1 },
    priority: task.priority,
  });
  if (policy.forge === undefined) return { task, effects: [] };
  if (task.pull === undefined) return { task, effects: [plan("pull:open")] };
  if (isOutdated(task, policy)) return bringUpToDate(task);
  if (needsReviewer(task, policy)) {
    const { commit } = task.result;
    const effect = { kind: "review:run", task: refOf(task), commit, round: task.version + 1 } as const;
    return { task, effects: [{ effect, priority: task.priority }] };
  }
  const overdue = overdueChecks(task, policy);
  if (overdue !== undefined) return needsPerson(task, { reason: "checks_missing", detail: overdue });
  return { task, effects: mayMerge(task, policy) ? [plan("pull:merge")] : [] };
}

/** What an earlier orch left is people's to judge: there is no attempt behind it. */
function isForeign({ result }: InReview): boolean {
  return result.attempt === 0;
}

function needsReviewer(task: InReview, policy: TaskPolicy): boolean {
  const { commit } = task.result;
  if (isForeign(task) || task.reviewed?.commit === commit) return false;
  if (task.reviewAsked === commit) return true;
  // A person's word makes another one needless.
  const isSaid = task.seen?.decision === "approved" || task.approval?.commit === commit;
  return policy.forge?.reviewAgent === true && !isSaid;
}
