import type { PullFacts, Task } from "./task.ts";
import type { Reason } from "./verdict.ts";

type NeedsReview = Extract<Task, { status: "needs_review" }>;

/** A task that waits for a person, and goes on by itself when its pull request says so. */
export type Listening = NeedsReview & Required<Pick<NeedsReview, "result" | "pull">>;

interface Change {
  /** Absent: nobody looked before. */
  readonly before: PullFacts | undefined;
  /** Of an open pull request with the result's commit, into the result's base. */
  readonly now: PullFacts;
}

/** What a task waits for at its pull request, by the reason for which it came before a person. */
const WAITS_FOR: Partial<Record<Reason, (change: Change) => boolean>> = {
  pull_closed: () => true,
  retargeted: () => true,
  merge_refused: (change) => change.now.blocked !== true && isOtherwise(change),
  review_limit: ({ now }) => now.decision === "approved",
  review_unavailable: ({ now }) => now.decision === "approved",
  no_changes: (change) => change.now.checks !== "failing" && isApprovedAnew(change),
  checks_missing: ({ now }) => (now.missing?.checks ?? []).length === 0,
  ci_failing: ({ now }) => now.checks === "passing",
};

/** True when a task waits for a person, and what happens at its pull request may make it go on. */
export function listensToPull(task: Task): task is Listening {
  return (
    task.status === "needs_review" &&
    task.result !== undefined &&
    task.pull !== undefined &&
    WAITS_FOR[task.reason] !== undefined
  );
}

/** Whether what such a task waits for has come. */
export function hasCome({ reason, seen: before }: Listening, now: PullFacts): boolean {
  return WAITS_FOR[reason]?.({ before, now }) === true;
}

/** Somebody has approved since the last look: an approval from before says nothing about a doubt that came after it. */
function isApprovedAnew({ before, now }: Change): boolean {
  if (before === undefined || now.decision !== "approved") return false;
  return before.decision !== "approved" || (now.approvals ?? 0) > (before.approvals ?? 0);
}

/** Something that a forge's rules may ask about: what was refused may be let through now. */
function isOtherwise({ before, now }: Change): boolean {
  if (before === undefined) return false;
  return (
    now.checks !== before.checks ||
    now.checkCount !== before.checkCount ||
    now.decision !== before.decision ||
    now.approvals !== before.approvals ||
    now.draft !== before.draft ||
    (before.blocked === true && now.blocked === false) ||
    (before.mergeable === "conflict" && now.mergeable === "yes")
  );
}
