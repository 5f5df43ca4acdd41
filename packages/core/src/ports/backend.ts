import type { BranchName, CommitSha, ProjectId, TaskId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { TaskStatus } from "../task.ts";

/** A task as its forge shows it. Pull requests are never tasks (seed bug P2). */
export interface ExternalTask {
  readonly project: ProjectId;
  readonly id: TaskId;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly author: string;
  readonly state: "open" | "closed";
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

/** A pull request for a task's branch. */
export interface PullRequest {
  readonly number: number;
  readonly branch: BranchName;
  readonly head: CommitSha;
  readonly state: "open" | "merged" | "closed";
  readonly url: string;
}

/** The state of all checks of a commit: none is not green (law 3). */
export type CheckState = "none" | "pending" | "failing" | "passing";

/**
 * A forge: where external tasks and their code live. Contract: every method that writes looks first (a pull request by
 * its head branch, a comment by its marker, a label by its presence) and may be called again after a crash; lists are
 * complete over all pages; methods throw a typed error that says whether trying again can help.
 */
export interface Backend {
  readonly name: string;
  /** Tasks changed since the cursor, oldest first, and the cursor to ask with next time. */
  changes(query: {
    readonly project: ProjectId;
    readonly cursor?: Json;
  }): Promise<{ readonly tasks: readonly ExternalTask[]; readonly cursor: Json }>;
  task(ref: { readonly project: ProjectId; readonly id: TaskId }): Promise<ExternalTask | undefined>;
  /** Shows the status; exactly one status label remains. */
  showStatus(change: { readonly project: ProjectId; readonly id: TaskId; readonly status: TaskStatus }): Promise<void>;
  /** Writes the comment with this marker, or changes it when it is there. */
  putComment(comment: {
    readonly project: ProjectId;
    readonly id: TaskId;
    readonly marker: string;
    readonly body: string;
  }): Promise<void>;
  pullRequest(query: { readonly project: ProjectId; readonly branch: BranchName }): Promise<PullRequest | undefined>;
  openPullRequest(request: {
    readonly project: ProjectId;
    readonly branch: BranchName;
    readonly base: BranchName;
    readonly title: string;
    readonly body: string;
    readonly draft: boolean;
  }): Promise<PullRequest>;
  checks(query: { readonly project: ProjectId; readonly commit: CommitSha }): Promise<CheckState>;
  /** Merges only when the head is still `expected`; the result says what happened. */
  merge(request: {
    readonly project: ProjectId;
    readonly number: number;
    readonly expected: CommitSha;
  }): Promise<
    { readonly kind: "merged"; readonly commit: CommitSha } | { readonly kind: "refused"; readonly why: string }
  >;
}
