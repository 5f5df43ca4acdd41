import type { DiffStat } from "../attempt.ts";
import type { CautiousFile } from "../caution.ts";
import type { AgentName, AttemptRef, BranchName, CommitSha, ProjectId, TaskRef, TreeSha } from "../ids.ts";
import type { ProjectSettings } from "../policy.ts";
import type { Reason } from "../verdict.ts";

/** What a task's clone is prepared from. */
export interface PrepareRequest {
  readonly project: ProjectSettings;
  readonly attempt: AttemptRef;
  readonly branch: BranchName;
  /** The branch to start from; absent: the project's default branch. */
  readonly base?: BranchName;
  /** The commit of the branch that was merged last, where one was: the base has what it brought, however it was merged. */
  readonly landed?: CommitSha;
  /** Who commits in the clone, as `{agent}[bot]`, unless the project names somebody. Absent: orch. */
  readonly author?: AgentName;
}

/** A clone that is ready for an agent. */
export interface PreparedClone {
  /** Absolute path of the clone; its `.git` belongs to the agent and is never trusted. */
  readonly path: string;
  readonly branch: BranchName;
  readonly base: BranchName;
  readonly baseCommit: CommitSha;
  /** Where the task's branch stands: `baseCommit`, or the last collected commit of an earlier attempt. */
  readonly headCommit: CommitSha;
  /** True when an earlier attempt's clone was taken up again, so that its set-up need not run. */
  readonly reused: boolean;
  /** True when the project's set-up has run in it already, in advance. */
  readonly setUp?: boolean;
  /** Folders outside the clone that git there has to read, and must not write: what a sandbox has to let through. */
  readonly reads?: readonly string[];
}

/** A commit as files, for somebody who reads. */
export interface Checkout {
  /** Absolute path of the folder; its `.git` was made by the daemon and holds nothing of any agent's. */
  readonly path: string;
  readonly commit: CommitSha;
  /** As for `PreparedClone`. */
  readonly reads: readonly string[];
}

/** A command to run in a clone, by the session supervisor and inside the sandbox, never by the daemon itself. */
export interface CloneCommand {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Exit codes that mean success. */
  readonly accept: readonly number[];
}

/** What came back from a clone, after the daemon fetched it as from a stranger. */
export type Collected =
  | {
      readonly kind: "collected";
      readonly commit: CommitSha;
      readonly tree: TreeSha;
      /** Commits of the task branch that are not in the base. */
      readonly commits: number;
      readonly diff: DiffStat;
      /** Branches in the clone, other than the task's, that hold new commits; kept under `refs/orch/rescue`. */
      readonly strays: readonly string[];
    }
  | { readonly kind: "refused"; readonly reason: Reason; readonly detail: string };

/** Something in the change that needs a person. */
export interface GateFinding {
  readonly reason: Extract<Reason, "protected_path" | "secret_found" | "unsafe_tree" | "too_large">;
  readonly path: string;
  /** One sentence; never the secret itself. */
  readonly detail: string;
}

/** What the publish gate says of a range. */
export interface Inspection {
  /** What stops it. */
  readonly findings: readonly GateFinding[];
  /** What a person has to see before it is merged; empty where something stops it. */
  readonly cautions: readonly CautiousFile[];
}

/** What became of a publication. */
export type PublishResult =
  /** The user's repository has the branch at the commit; `moved` is false when it had it before. */
  | { readonly kind: "published"; readonly moved: boolean }
  | {
      readonly kind: "refused";
      readonly reason: Extract<Reason, "branch_taken" | "push_refused">;
      /** Of `push_refused`: what the repository said. */
      readonly detail: string;
    };

/** What became of a merge. */
export type MergeResult =
  | { readonly kind: "merged"; readonly mergeCommit: CommitSha; readonly moved: boolean }
  | {
      readonly kind: "refused";
      readonly reason: Extract<Reason, "merge_conflict" | "merge_refused" | "base_missing">;
      readonly detail: string;
    };

/** What became of bringing a branch on top of its base. */
export type RebaseResult =
  /** `moved` is false when the base was in it already. */
  | { readonly kind: "rebased"; readonly commit: CommitSha; readonly onto: CommitSha; readonly moved: boolean }
  /** A person or an agent has to decide what both sides meant. */
  | { readonly kind: "conflict"; readonly base: BranchName; readonly files: readonly string[] };

/** A commit range of a project. */
export interface RangeRequest {
  readonly project: ProjectSettings;
  readonly base: CommitSha;
  readonly commit: CommitSha;
}

/** A look at what lies around the clones: a mark by path that changes when the file there does. */
export type Around = Readonly<Record<string, string>>;

/** What became of a removal. */
export interface Removal {
  readonly removed: boolean;
  /** The ref that keeps what was only in the clone, when there was something. */
  readonly rescued?: string;
  /** Why it was kept, when it was. */
  readonly kept?: string;
}

/**
 * Where tasks work: an isolated clone per task, and a bare repository that only the daemon touches (law 9).
 *
 * Contract (`describeWorkspace` in `@orch/testing`): every method is idempotent and may be called again after a crash
 * at any point; nothing is executed from a clone by these methods; names are argument arrays with `--end-of-options`;
 * all git commands have a time limit. Throws `git_failed`, `git_untrusted`, `path_escape`, `disk_full`,
 * `repository_empty`, `not_a_repository`.
 */
export interface Workspace {
  /** Creates or takes up the task's clone on its branch, based on the newest base. Throws `git_failed` when the base is missing. */
  prepare(request: PrepareRequest): Promise<PreparedClone>;
  /** Text files at a commit, absent ones left out, each cut at `maxBytes`; read from the daemon's repository. */
  readFiles(request: {
    readonly project: ProjectSettings;
    readonly commit: CommitSha;
    readonly paths: readonly string[];
    readonly maxBytes: number;
  }): Promise<Readonly<Record<string, string>>>;
  /** Paths of the tree at a commit, at most `limit`. */
  listFiles(request: {
    readonly project: ProjectSettings;
    readonly commit: CommitSha;
    readonly limit: number;
  }): Promise<readonly string[]>;
  /** The commands that commit what the agent left over, to be run in the clone in this order. */
  tidyCommands(request: {
    readonly project: ProjectSettings;
    readonly clone: PreparedClone;
    readonly message: string;
    /** Whose work it is; orch is the committer all the same. */
    readonly author?: AgentName;
  }): readonly CloneCommand[];
  /** The command that exits 0 when the clone's working tree equals the commit: run before and after checks. */
  verifyCommand(request: { readonly clone: PreparedClone; readonly commit: CommitSha }): CloneCommand;
  /** The command that removes every ignored file of the clone. */
  scrubCommand(request: { readonly clone: PreparedClone }): CloneCommand;
  /** Puts a known configuration into the clone's `.git` (no hooks, filters or aliases), by file writes only, never through a link. */
  disarm(clone: PreparedClone): Promise<void>;
  /** Fetches the task's branch from the clone with fsck, one exact refspec, no tags, hooks or recursion. */
  collect(request: { readonly project: ProjectSettings; readonly clone: PreparedClone }): Promise<Collected>;
  /** The publish gate: what in the range needs a person. */
  inspect(request: RangeRequest): Promise<Inspection>;
  /** Puts the branch into the user's repository; refuses to overwrite commits that orch did not make. */
  publish(request: {
    readonly project: ProjectSettings;
    readonly branch: BranchName;
    readonly commit: CommitSha;
  }): Promise<PublishResult>;
  /**
   * Brings a task's commits on top of the newest base, without an agent: the next `prepare` begins there. What an agent
   * left in the clone is kept as for `remove`. Nothing is published.
   */
  rebase(request: {
    readonly project: ProjectSettings;
    readonly branch: BranchName;
    /** Absent: the project's default branch. */
    readonly base?: BranchName;
    readonly commit: CommitSha;
  }): Promise<RebaseResult>;
  /** Merges a commit into a branch of the user's repository; looks first whether it is there already. */
  merge(request: {
    readonly project: ProjectSettings;
    readonly into: BranchName;
    readonly commit: CommitSha;
    readonly branch: BranchName;
    readonly message: string;
  }): Promise<MergeResult>;
  /** The unified diff of a range, cut at `maxBytes`. */
  diff(request: RangeRequest & { readonly maxBytes: number }): Promise<string>;
  /** The newest commits of a commit's history, newest first, each as `abbreviated-id subject`. */
  log(request: {
    readonly project: ProjectSettings;
    readonly commit: CommitSha;
    /** At most so many; 1 to 1,000. */
    readonly limit: number;
  }): Promise<readonly string[]>;
  /** Looks at what an agent without a sandbox could write to: the user's checkout and plain files of orch's home. Bounded. */
  lookAround(request: { readonly project: ProjectSettings }): Promise<Around>;
  /** What differs from an earlier look, sorted; what orch merged itself meanwhile does not count. */
  changedAround(request: { readonly project: ProjectSettings; readonly before: Around }): Promise<readonly string[]>;
  /** Keeps whatever is only in the clone under `refs/orch/rescue/*`, then removes the clone, and checks that it is gone. */
  remove(request: {
    readonly project: ProjectSettings;
    readonly task: TaskRef;
    readonly branch: BranchName;
  }): Promise<Removal>;
}

/** Which folder of `Checkouts` is meant. */
export interface CheckoutRequest {
  readonly project: ProjectSettings;
  /** Tells folders apart; one that is in use is made anew. Any text. */
  readonly name: string;
}

/**
 * Fresh clones of single commits for readers, such as a reviewer: never where a task's clone can be.
 *
 * Contract (`describeCheckouts` in `@orch/testing`): both methods are idempotent. What an earlier process left behind
 * goes at the next `checkout` in the same project. Nothing of it is kept when it goes.
 */
export interface Checkouts {
  /** HEAD is the commit itself, on no branch. Throws `git_failed` when the daemon's repository does not have it. */
  checkout(request: CheckoutRequest & { readonly commit: CommitSha }): Promise<Checkout>;
  /** Removes a folder; harmless when it is gone. */
  discard(request: CheckoutRequest): Promise<void>;
}

/** What became of the clones that a project has in advance. */
export interface WarmState {
  /** How many a task can take now. */
  readonly ready: number;
  readonly made: number;
  readonly dropped: number;
  /** True when a set-up failed, so that fewer are there than are wanted. */
  readonly failed: boolean;
}

/**
 * Clones that are made in advance, of which `prepare` takes one instead of making it. No task and no agent has ever been
 * in one.
 *
 * Contract (`describeWarmClones` in `@orch/testing`): a clone counts from the moment at which it is complete; what an
 * earlier process left half made, or half taken, goes at the next `warm` or `cool`.
 */
export interface WarmClones {
  /**
   * Makes and removes clones until the project has as many as it wants, each fit for its base as it is now. Stops
   * between two clones when the signal aborts.
   */
  warm(request: {
    readonly project: ProjectSettings;
    /** Runs the project's set-up in a new clone; false: it failed, and the clone goes. Not called where none runs in advance. */
    readonly setUp: (clone: PreparedClone) => Promise<boolean>;
    readonly signal: AbortSignal;
  }): Promise<WarmState>;
  /** Removes all clones in advance of projects that are not among these, and what was left half made for them. */
  cool(keep: readonly ProjectId[]): Promise<void>;
  /** Calls the listener after a task took a clone of a project, or found none that fits. */
  onWarmWanted(listener: (project: ProjectId) => void): () => void;
}
