import type { AgentFailure, Usage } from "../agent-event.ts";
import type { Attempt } from "../attempt.ts";
import type { AgentName } from "../ids.ts";
import type { BudgetCap, ProjectSettings } from "../policy.ts";
import type { Receipt } from "../receipt.ts";
import type { Task } from "../task.ts";

/** What a review agent found at one place (seed row A107). */
export interface ReviewIssue {
  /** A path in the tree, relative to its root. */
  readonly file: string;
  /** A line of the new file that the diff shows; absent: the whole file, or one that the diff does not show. */
  readonly line?: number;
  readonly severity: "error" | "warning";
  readonly description: string;
}

/** What a review agent says about a change. Its texts are bounded, redacted and call nobody: they may be shown as they are. */
export interface ReviewAnswer {
  readonly decision: "approve" | "request_changes" | "reject";
  readonly notes: string;
  readonly tests: "pass" | "fail" | "skipped";
  /** At most fifty. */
  readonly issues: readonly ReviewIssue[];
}

/** Why there is no review. */
export type ReviewFault =
  /** No agent can be asked: none is there, or all rest. */
  | "nobody"
  /** The caller called it off. */
  | "called_off"
  | "timed_out"
  /** It can't be confined as a review has to be. */
  | "unconfined"
  /** The agent's program or its service said no; `failure` has its words. */
  | "agent"
  /** It said something that is no review. */
  | "no_review"
  /** What the budgets had left is used up. */
  | "budget"
  /** orch itself met a fault, such as a full disk. */
  | "internal";

/** What came of asking for a review. */
export type ReviewReply = {
  readonly usage?: Usage;
  /** Who was asked; absent: nobody could be. */
  readonly by?: AgentName;
  readonly model?: string;
  readonly account?: string;
  /** One sentence why `by` was asked. */
  readonly chosen?: string;
  /** How the reviewer was chosen: one line per rule that had a say. */
  readonly log?: readonly string[];
} & (
  | { readonly kind: "review"; readonly by: AgentName; readonly review: ReviewAnswer }
  /** `fault` is absent where nobody was asked to review. */
  | {
      readonly kind: "failed";
      readonly why: string;
      readonly fault?: ReviewFault;
      readonly failure?: AgentFailure;
    }
);

/**
 * Has another agent look at a checked result, in a fresh clone that it can't write, with the task, the change and the
 * receipts. Another model family than the author's where there is one (seed row A105). Whatever is no review is a
 * failure, never an approval. Must not throw.
 */
export type Reviewer = (request: {
  readonly task: Extract<Task, { status: "in_review" }>;
  readonly project: ProjectSettings;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  /** What it may use up; absent figures are no limit. */
  readonly limits?: BudgetCap;
  readonly signal: AbortSignal;
}) => Promise<ReviewReply>;
