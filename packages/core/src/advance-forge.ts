import { baseOf, stopOf, toNew, toSettled, type Step, type StepContext } from "./advance-moves.ts";
import type { PlannedEffect } from "./effect.ts";
import type { TaskPolicy } from "./policy.ts";
import type { Feedback, TaskEvent } from "./task-event.ts";
import type { BranchResult, PullFacts, Task, TaskNote } from "./task.ts";
import { trustRules } from "./trust.ts";
import type { Reason } from "./verdict.ts";

/** What happens to a task on its forge. */
export type ForgeEvent = Extract<
  TaskEvent,
  { readonly type: "task:edited" | "task:closed" | "pull:opened" | "pull:seen" | "review:given" }
>;

type InReview = Extract<Task, { status: "in_review" }>;
type Of<Type extends ForgeEvent["type"]> = Extract<ForgeEvent, { readonly type: Type }>;

const MOST_NOTES = 20;

/** What follows from something that happened on a forge. */
export function advanceOnForge(
  task: Task,
  { event, context }: { readonly event: ForgeEvent; readonly context: StepContext },
): Step {
  switch (event.type) {
    case "task:edited":
      return edit(task, { event, policy: context.policy });
    case "task:closed":
      return close(task, event);
    case "pull:opened":
      return opened(task, { event, policy: context.policy });
    case "pull:seen":
      return seen(task, { event, context });
    case "review:given":
      return reviewed(task, { event, context });
  }
}

/** The first steps after a result on a forge: everything else follows from its pull request. */
export function openPull(task: Task, result: BranchResult): Step {
  if (task.heard?.commit === result.commit) {
    const detail = `Changes were asked for, and ${result.commit.slice(0, 12)} is as it was.`;
    return needsPerson({ ...baseOf(task), status: "in_review", result }, { reason: "no_changes", detail });
  }
  const effect = { kind: "pull:open", task: refOf(task), round: task.version + 1 } as const;
  return { task: { ...baseOf(task), status: "in_review", result }, effects: [{ effect, priority: task.priority }] };
}

/** A person's wish to merge: it counts for this commit alone, and is granted as soon as everything else speaks for it. */
export function approve(task: InReview, input: { readonly by: string; readonly policy: TaskPolicy }): Step {
  return settleReview({ ...task, approval: { commit: task.result.commit, by: input.by } }, input.policy);
}

/** A result that a person put aside is in review once more, and looked at as if nobody had. */
export function lookAgain(task: Task, policy: TaskPolicy): Step {
  if ((task.status !== "in_review" && task.status !== "needs_review") || task.result === undefined) {
    return { task, effects: [] };
  }
  return settleReview({ ...baseOf(task), status: "in_review", result: task.result }, policy);
}

function refOf(task: Task): { readonly project: Task["project"]; readonly id: Task["id"] } {
  return { project: task.project, id: task.id };
}

function edit(task: Task, { event, policy }: { readonly event: Of<"task:edited">; readonly policy: TaskPolicy }): Step {
  const known: Task = { ...task, ...event.words };
  // What was planned from the old words is planned again; an attempt that runs keeps those that it began with.
  if (known.status === "new" || known.status === "routed") {
    const fresh = toNew(known, { reset: false });
    return known.stay === undefined ? fresh : { ...fresh, task: { ...fresh.task, stay: known.stay } };
  }
  if (known.status === "in_review") return settleReview(known, policy);
  return { task: known, effects: [] };
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
  return settleReview({ ...task, pull: input.event.pull }, input.policy);
}

function seen(task: Task, input: { readonly event: Of<"pull:seen">; readonly context: StepContext }): Step {
  const { facts, feedback } = input.event;
  if (facts.state === "merged") return mergedThere(task, facts);
  if (task.status !== "in_review") return { task, effects: [] };
  const known: InReview = { ...task, seen: facts };
  if (facts.state === "closed") {
    return needsPerson(known, { reason: "pull_closed", detail: "The pull request was closed without a merge." });
  }
  if (facts.head !== task.result.commit) {
    const detail = `${facts.head.slice(0, 12)} is at the end of ${task.result.branch}, and orch did not check it.`;
    return needsPerson(known, { reason: "head_moved", detail });
  }
  if (feedback !== undefined) return goOn(known, { feedback, context: input.context });
  return settleReview(known, input.context.policy);
}

function mergedThere(task: Task, facts: PullFacts): Step {
  const mergeCommit = facts.mergeCommit ?? facts.head;
  const result = "result" in task ? task.result : undefined;
  const outcome =
    result === undefined
      ? ({ kind: "closed", by: "a merge", mergeCommit } as const)
      : ({ kind: "merged", result, mergeCommit } as const);
  return endNow(task, { end: { status: "done", outcome }, why: "its pull request was merged" });
}

function reviewed(task: Task, input: { readonly event: Of<"review:given">; readonly context: StepContext }): Step {
  const { event, context } = input;
  if (task.status !== "in_review") return { task, effects: [] };
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
  const rounds = (task.rounds ?? 0) + 1;
  const known: InReview = { ...task, heard: { ...feedback.heard, commit: task.result.commit } };
  const most = context.policy.forge?.maxReviewCycles ?? 0;
  if (rounds > most) {
    const reason: Reason = feedback.kind === "checks" ? "ci_failing" : "review_limit";
    const detail = `${most} rounds of changes were made, and there is more: ${feedback.text.slice(0, 500)}`;
    return needsPerson(known, { reason, detail });
  }
  const note: TaskNote = { from: feedback.from, text: feedback.text, at: context.now };
  const fresh = toNew(known, { reset: false });
  const stay = feedback.agent === undefined ? {} : { stay: { agent: feedback.agent, only: false } };
  const notes = [...(task.notes ?? []), note].slice(-MOST_NOTES);
  return { ...fresh, task: { ...fresh.task, ...stay, notes, rounds } };
}

function needsPerson(task: InReview, why: { readonly reason: Reason; readonly detail: string }): Step {
  return { task: { ...baseOf(task), status: "needs_review", result: task.result, ...why }, effects: [] };
}

/**
 * What a task in review waits for next: a pull request, a review agent, or the merge. Each move plans it anew, because
 * an effect of an earlier version is stale.
 */
function settleReview(task: InReview, policy: TaskPolicy): Step {
  const plan = (kind: "pull:open" | "pull:merge"): PlannedEffect => ({
    effect: { kind, task: refOf(task), round: task.version + 1 },
    priority: task.priority,
  });
  if (policy.forge === undefined) return { task, effects: [] };
  if (task.pull === undefined) return { task, effects: [plan("pull:open")] };
  if (needsReviewer(task, policy)) {
    const { commit } = task.result;
    const effect = { kind: "review:run", task: refOf(task), commit, round: task.version + 1 } as const;
    return { task, effects: [{ effect, priority: task.priority }] };
  }
  return { task, effects: mayMerge(task, policy) ? [plan("pull:merge")] : [] };
}

function needsReviewer(task: InReview, policy: TaskPolicy): boolean {
  if (policy.forge?.reviewAgent !== true || task.reviewed?.commit === task.result.commit) return false;
  // A person's word makes another one needless.
  return task.seen?.decision !== "approved" && task.approval?.commit !== task.result.commit;
}

/** Whether everything known speaks for the merge; the handler looks at all of it again before it merges (law 6). */
export function mayMerge(task: InReview, policy: TaskPolicy): boolean {
  const { result, seen: facts, approval } = task;
  if (facts === undefined || facts.head !== result.commit || facts.state !== "open") return false;
  const isGreen = facts.checks === "passing" || (facts.checks === "none" && facts.quiet);
  if (!isGreen || facts.mergeable === "conflict") return false;
  // Said of this very commit, and by somebody who saw the reviews.
  if (approval?.commit === result.commit) return true;
  if (facts.decision === "changes_requested") return false;
  if (facts.decision === "approved") return policy.merge !== "never";
  return policy.merge === "auto" && !facts.draft && mergesAlone(task, policy);
}

/** Whether the result needs nobody's word: its own checks prove it, and nothing about it is doubtful. */
function mergesAlone(task: InReview, policy: TaskPolicy): boolean {
  const { result, reviewed: look } = task;
  if (result.checks === 0 || result.unconfined === true || !trustRules(task).mergesAlone) return false;
  return policy.forge?.reviewAgent !== true || look?.commit === result.commit;
}
