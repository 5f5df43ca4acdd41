import type { BranchName, CheckState, CommitSha, ForgeRole, MergeMethod, TaskId } from "@orch/core";

/** What people and their machines do on a forge, beside orch. `as` is a login; without one it is `maker`, who may all. */
export interface ForgePeople {
  openIssue(issue: {
    readonly title: string;
    readonly body?: string;
    readonly labels?: readonly string[];
    readonly as?: string;
  }): Promise<TaskId>;
  editIssue(change: {
    readonly id: TaskId;
    readonly title?: string;
    readonly body?: string;
    readonly labels?: readonly string[];
    readonly state?: "open" | "closed";
    readonly as?: string;
  }): Promise<void>;
  /** Writes a comment below an issue or pull request; gives its id. */
  comment(comment: { readonly thread: number; readonly body: string; readonly as?: string }): Promise<number>;
  editComment(change: { readonly comment: number; readonly body: string; readonly as?: string }): Promise<void>;
  /** Makes one issue the child of another. */
  addChild(pair: { readonly parent: TaskId; readonly child: TaskId }): Promise<void>;
  /** Makes one issue wait for another. */
  addBlocker(pair: { readonly id: TaskId; readonly by: TaskId }): Promise<void>;
  /** Commits files (path to text) on top of a branch, or of the main branch when there is no such branch; gives the commit. */
  push(push: { readonly branch: BranchName; readonly files: Readonly<Record<string, string>> }): Promise<CommitSha>;
  removeBranch(branch: BranchName): Promise<void>;
  /** Where a branch is. */
  tip(branch: BranchName): Promise<CommitSha | undefined>;
  /** Reviews a pull request at its head; gives the review's id. */
  review(review: {
    readonly number: number;
    readonly decision: "approve" | "request_changes" | "comment";
    readonly body: string;
    readonly comments?: readonly { readonly path: string; readonly line: number; readonly body: string }[];
    readonly as?: string;
  }): Promise<number>;
  /** A check reports on a commit, in one of the two ways a forge has. */
  report(report: {
    readonly commit: CommitSha;
    readonly name: string;
    readonly state: Exclude<CheckState, "none">;
    readonly kind: "check" | "status";
  }): Promise<void>;
  /** A job of continuous integration begins; all jobs of a commit are of one run. Gives its id. */
  beginJob(job: { readonly commit: CommitSha; readonly name: string }): Promise<number>;
  /** A job of continuous integration ends; gives its id. */
  finishJob(job: {
    readonly commit: CommitSha;
    readonly name: string;
    readonly conclusion: "success" | "failure";
    readonly log: string;
  }): Promise<number>;
  /** Wants these checks green before anything is merged into the main branch; with `strict`, on top of all of it. */
  protect(rules: { readonly checks: readonly string[]; readonly strict?: boolean }): Promise<void>;
  /** The same by a ruleset, which also asks for approving reviews, and allows these ways to merge alone. */
  rule(rules: {
    readonly checks?: readonly string[];
    readonly approvals?: number;
    readonly methods?: readonly MergeMethod[];
  }): Promise<void>;
  giveRole(person: { readonly login: string; readonly role: ForgeRole }): Promise<void>;
  /** Closes a pull request without a merge. */
  closePull(number: number): Promise<void>;
}

/** The main branch of every forge in tests. */
export const MAIN = "main" as BranchName;

/** The people that every forge in tests knows. */
export const PEOPLE = { owner: "maker", reviewer: "rita", stranger: "stan" } as const;
