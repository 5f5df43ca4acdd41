import type { Usage } from "../agent-event.ts";
import type { Attempt } from "../attempt.ts";
import type { AgentName } from "../ids.ts";
import type { ProjectSettings } from "../policy.ts";
import type { Receipt } from "../receipt.ts";
import type { Task } from "../task.ts";

/** What a review agent found at one place (seed row A107). */
export interface ReviewIssue {
  readonly file: string;
  /** In the new file; absent: the whole file. */
  readonly line?: number;
  readonly severity: "error" | "warning";
  readonly description: string;
}

/** What a review agent says about a change. */
export interface ReviewAnswer {
  readonly decision: "approve" | "request_changes" | "reject";
  readonly notes: string;
  readonly tests: "pass" | "fail" | "skipped";
  readonly issues: readonly ReviewIssue[];
}

/** What came of asking for a review. */
export type ReviewReply = {
  readonly usage?: Usage;
  /** Who was asked; absent: nobody could be. */
  readonly by?: AgentName;
  readonly model?: string;
} & (
  | { readonly kind: "review"; readonly by: AgentName; readonly review: ReviewAnswer }
  | { readonly kind: "failed"; readonly why: string }
);

/**
 * Has another agent look at a checked result, in a fresh clone that it can't write, with the task, the change and the
 * receipts. Another model family than the author's where there is one (seed row A105). Must not throw.
 */
export type Reviewer = (request: {
  readonly task: Extract<Task, { status: "in_review" }>;
  readonly project: ProjectSettings;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  readonly signal: AbortSignal;
}) => Promise<ReviewReply>;
