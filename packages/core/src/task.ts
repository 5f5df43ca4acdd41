import type { ApprovalToken } from "./approval-tokens.ts";
import type { Caution } from "./caution.ts";
import type { AgentName, BranchName, CommitSha, TaskId, TaskRef } from "./ids.ts";
import type { CheckState } from "./ports/forge.ts";
import type { CheckSpec } from "./receipt.ts";
import type { TrustTier } from "./trust.ts";
import type { Reason } from "./verdict.ts";

/** How demanding a task is; chooses model and time limit. */
export type Complexity = "simple" | "medium" | "complex";

/** The tiers, in order. */
export const complexities: readonly Complexity[] = ["simple", "medium", "complex"];

const COMPLEXITY_ALIASES: Readonly<Record<string, Complexity>> = { low: "simple", med: "medium", high: "complex" };

/** The tier that a person wrote, in any case and by the first seed's other names (U30); undefined: it is none. */
export function parseComplexity(written: string): Complexity | undefined {
  const word = written.toLowerCase();
  return (
    complexities.find((tier) => tier === word) ??
    (Object.hasOwn(COMPLEXITY_ALIASES, word) ? COMPLEXITY_ALIASES[word] : undefined)
  );
}

/** Where a task came from. */
export interface TaskSource {
  readonly kind: "cli" | "api" | "github" | "cron" | "chat" | "mention" | "delegation" | "review" | "run" | "demo";
  /** The id of the origin in its own system, such as a comment id. */
  readonly id?: string;
  /** Who asked, in the words of that system. */
  readonly actor?: string;
  /** Of a mention: the number of the issue or pull request where it was said, and where it is answered. */
  readonly thread?: number;
}

/**
 * What an earlier orch left of a task that is new here: an open pull request, which goes on in review and which nothing
 * here has checked, or something that was for a person.
 */
export type Found =
  | { readonly kind: "pull"; readonly pull: PullRef; readonly result: BranchResult }
  | { readonly kind: "held"; readonly detail: string };

/** What a person fixed about the choice of agent. */
export interface TaskPins {
  readonly agent?: AgentName;
  readonly model?: string;
  readonly complexity?: Complexity;
}

/** What a task is created from. */
export interface TaskSpec {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly source: TaskSource;
  readonly pins: TaskPins;
  /** Higher runs first; 0 is usual. */
  readonly priority: number;
  /** Tasks of the same project that must be done first. */
  readonly dependsOn: readonly TaskId[];
  readonly parent?: TaskId;
  /** The branch to start from and merge into; absent: the project's default. */
  readonly base?: BranchName;
  /** Checks asked for with the task, in addition to the project's. */
  readonly checks: readonly CheckSpec[];
  /** How far its words are trusted; absent: `trusted`. */
  readonly trust?: TrustTier;
  /** How often its words were handed on from agent to agent; absent: a person said them. */
  readonly depth?: number;
  /** To be split into parts, which others do, before anything is changed (seed row A122). */
  readonly plan?: true;
  /** How much time it may take. */
  readonly pace?: TaskPace;
  /** How large it is, as a person sees it: a hint. */
  readonly size?: TaskSize;
  /** The job that made it. */
  readonly job?: string;
}

/** What people say about a task's time (seed row B49); absent figures are those of the project. */
export interface TaskPace {
  /** How long its agent may do nothing before orch speaks to it, in milliseconds. */
  readonly checkinMs?: number;
  /** How long all its attempts together may take, in milliseconds. */
  readonly budgetMs?: number;
}

/** How large a task is, from very small to very large. */
export type TaskSize = "xs" | "s" | "m" | "l" | "xl";

const TIER_OF_SIZE: Readonly<Record<TaskSize, Complexity>> = {
  xs: "simple",
  s: "simple",
  m: "medium",
  l: "complex",
  xl: "complex",
};

/** How demanding a task probably is by its size alone; undefined: nobody said how large it is. */
export function tierOfSize(size: TaskSize | undefined): Complexity | undefined {
  return size === undefined ? undefined : TIER_OF_SIZE[size];
}

/** The part that the agent should play, as the classifier saw it (seed row A44). */
export interface AgentProfile {
  /** A few words, such as `backend specialist`. */
  readonly role: string;
  readonly skills: readonly string[];
  readonly tools: readonly string[];
  readonly constraints: readonly string[];
}

/** Who does it, decided by the router and explained in its decision log. */
export interface Assignment {
  readonly agent: AgentName;
  /** Absent: the agent's own default. */
  readonly model?: string;
  readonly complexity: Complexity;
  /** Which of the agent's accounts; absent: it has one only. */
  readonly account?: string;
  /** One sentence why. */
  readonly why: string;
  readonly profile?: AgentProfile;
  /** Ids of the skills whose documents the agent gets. */
  readonly skills?: readonly string[];
  /** What looks odd about the choice, for people (seed row A47). */
  readonly warning?: string;
}

/** A checked result: the branch in the user's repository and the commit that the receipts prove. */
export interface BranchResult {
  readonly branch: BranchName;
  readonly commit: CommitSha;
  readonly attempt: number;
  readonly base: BranchName;
  /** How many of the project's own checks passed on the commit; with 0 nothing goes on without a person (law 3). */
  readonly checks: number;
  /** True when the agent ran without a sandbox: then nothing merges it without a person. */
  readonly unconfined?: boolean;
  /** Present: what nothing merges without a person. */
  readonly cautions?: readonly Caution[];
  /** True: it is checked, and the repository did not take it; it is in orch's own repository alone. */
  readonly unpublished?: true;
}

/** How a finished task ended. */
export type Outcome =
  | {
      readonly kind: "merged";
      readonly result: BranchResult;
      readonly mergeCommit: CommitSha;
      /** What was merged, where a person merged another commit than the result's. */
      readonly head?: CommitSha;
    }
  | { readonly kind: "published"; readonly result: BranchResult }
  /** Nothing had to change: its parts are done (`parts`), or what was asked is answered (`answer`). */
  | { readonly kind: "unchanged"; readonly why: "parts" | "answer" }
  /** Somebody ended it on the forge: merged its pull request while orch was at work, or closed its issue as done. */
  | {
      readonly kind: "closed";
      readonly by: string;
      readonly mergeCommit?: CommitSha;
      /** The commit of the task's branch that was merged. */
      readonly head?: CommitSha;
    };

/** A task's pull request. */
export interface PullRef {
  readonly number: number;
  readonly url: string;
  /** Orch made it a draft, and nobody has made it ready since: a merge may. One that people made a draft waits. */
  readonly draft?: true;
}

/** The issue that a task which began here became. */
export interface IssueRef {
  readonly number: number;
  readonly url: string;
}

/** A pull request as orch saw it last. */
export interface PullFacts {
  readonly head: CommitSha;
  /** The branch that it goes into; absent in older records. */
  readonly base?: BranchName;
  readonly state: "open" | "merged" | "closed";
  readonly checks: CheckState;
  /** True when no new check has come for so long that none will, and what is there is green. */
  readonly quiet: boolean;
  /** How many checks the head has; absent in older records. */
  readonly checkCount?: number;
  /** When so many were seen first, by orch's clock in epoch milliseconds. */
  readonly countedAt?: number;
  /** What people said who may; about `head` alone (law 6). */
  readonly decision: "none" | "approved" | "changes_requested";
  /** How many approve of `head`; absent in older records. */
  readonly approvals?: number;
  readonly mergeable: "yes" | "conflict" | "unknown";
  readonly behind: boolean;
  readonly draft: boolean;
  /** The forge says that its rules stand in the way of a merge. */
  readonly blocked?: boolean;
  /** What the rules of its base ask for and is not there; absent: nothing, or nobody may read them. */
  readonly missing?: MissingForMerge;
  /** Of a merged one. */
  readonly mergeCommit?: CommitSha;
}

/** What the rules of a branch ask for before a merge, and a pull request has not got. */
export interface MissingForMerge {
  /** Names of required checks that have not been reported for its head. */
  readonly checks: readonly string[];
  /** How many more approving reviews by people. */
  readonly approvals: number;
  /** The checks stayed away for so long that they may never come. */
  readonly overdue?: true;
}

/** Who wants a commit to be merged; worth nothing for another commit (law 6). */
export interface Approval {
  readonly commit: CommitSha;
  /** `github:octo`, `cli:octo`, or `agent:codex` for a review agent. */
  readonly by: string;
  /** It holds although the result is not done by the project's definition. */
  readonly pastGate?: true;
}

/** What reviews and checks have been acted on, so that nothing is acted on twice. */
export interface Heard {
  /** Ids of reviews up to this one; 0: none. What came first is told by `reviews`, where that is there. */
  readonly review: number;
  /** Reviews submitted before this time (epoch milliseconds), and those of that very time with these ids. Absent in older records. */
  readonly reviews?: { readonly until: number; readonly ids: readonly number[] };
  /** Ids of comments at lines up to this one, and of comments in the conversation; 0: none. */
  readonly comment: number;
  /** The commit that was found wanting: offered once more as it is, it goes to a person. */
  readonly commit?: CommitSha;
  /** The commit whose failed checks were handed on. */
  readonly failed?: CommitSha;
}

/** A failure remembered for the breaker: equal when reason and fingerprint are. */
export interface FailureMark {
  readonly reason: Reason;
  /** What failed, without what varies from run to run (numbers, paths, times). */
  readonly fingerprint: string;
}

/** What a routed task waits for: whose rest, why, and until when (epoch milliseconds). */
export interface Waiting {
  readonly agent: AgentName;
  readonly account?: string;
  readonly reason: Reason;
  readonly until: number;
}

/** The agent that the next routing begins with. */
export interface Stay {
  readonly agent: AgentName;
  /** True: nobody else is to go on. */
  readonly only: boolean;
}

/** What a person added to a task after it was made, such as the answer to what its agent asked. */
export interface TaskNote {
  /** What it is told to a running agent by, such as `comment-17`; absent: only prompts tell it. */
  readonly id?: string;
  readonly from: string;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What every task has, whatever its status. */
export interface TaskBase extends TaskRef, TaskSpec {
  /** Oldest first, at most twenty; absent: none. */
  readonly notes?: readonly TaskNote[];
  /** Set at the first attempt; one branch per task, for ever. */
  readonly branch?: BranchName;
  /** Attempts that count, since the last reset. */
  readonly attempts: number;
  /** The highest attempt number ever given out; never reset. */
  readonly lastAttempt: number;
  /** Consecutive counted failures since the last reset, newest last, at most 10. */
  readonly failures: readonly FailureMark[];
  /** Agents that failed the task in a way that another may not: the reroute chain, until a pass or a person's retry. */
  readonly avoid: readonly AgentName[];
  readonly stay?: Stay;
  /** Of its present work; one that is over is left behind when new work begins. */
  readonly pull?: PullRef;
  /** The pull requests of earlier work: nothing that happens there moves the task. Oldest first, at most ten. */
  readonly earlierPulls?: readonly PullRef[];
  /** The commit of its branch that was merged last: its base has that, however it was merged. */
  readonly landed?: CommitSha;
  /** Of a task that began here and was published; one that came from an issue has its number as its id. */
  readonly issue?: IssueRef;
  /** How often work was asked for again by reviews, since a person's last wish. */
  readonly rounds?: number;
  /** The same of failed checks and conflicts. */
  readonly mends?: number;
  readonly heard?: Heard;
  /** How often orch brought the branch on top of its base by itself, since a person's last wish. */
  readonly updates?: number;
  /** The tasks that its agents handed out, oldest first. */
  readonly parts?: readonly TaskId[];
  /** The one-time tokens that were given out for its results, oldest first, at most five. */
  readonly tokens?: readonly ApprovalToken[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with every commit; the optimistic lock. */
  readonly version: number;
}

/** What a task is, by status: a field exists only where it means something. */
export type TaskState =
  /** Waits for the router; with `update`, the next attempt needs no agent. */
  | { readonly status: "new"; readonly update?: BranchResult }
  /** Waits for a free slot, or for `notBefore` (epoch milliseconds). */
  | {
      readonly status: "routed";
      readonly assignment: Assignment;
      readonly notBefore?: number;
      readonly waiting?: Waiting;
      readonly update?: BranchResult;
    }
  | {
      readonly status: "in_progress";
      readonly assignment: Assignment;
      readonly attempt: number;
      /** Which of the task's versions planned the attempt; absent in older records: the one before it began. */
      readonly round?: number;
      /**
       * Ids of notes that came meanwhile: unless its agent is told of each, a pass is not the end. `words`: title or text
       * changed, which no agent at work is told of. `true`: in older records.
       */
      readonly unheard?: true | readonly string[];
      /** The result that the attempt brings on top of its base, by orch itself and without an agent. */
      readonly update?: BranchResult;
    }
  /** A checked branch waits for approval or merge. */
  | {
      readonly status: "in_review";
      readonly result: BranchResult;
      /** The pull request as seen last; absent: not yet, or there is none. */
      readonly seen?: PullFacts;
      readonly approval?: Approval;
      /** What has to end before the merge; absent: nothing. */
      readonly waitsFor?: readonly TaskId[];
      /** What a review agent said about the result's commit. */
      readonly reviewed?: Approval;
      /** The commit that a person asked to have reviewed by an agent: it is, whatever the policy says. */
      readonly reviewAsked?: CommitSha;
    }
  | { readonly status: "done"; readonly outcome: Outcome }
  /** Waits for other tasks, and for nothing else (seed rule U9). */
  | {
      readonly status: "blocked";
      readonly waitingFor: readonly TaskId[];
      /** The attempt whose parts are not tasks of their own yet: they are waited for, too. */
      readonly handing?: number;
    }
  /** A person has to look; `result` is there when a branch was published before. */
  | {
      readonly status: "needs_review";
      readonly reason: Reason;
      readonly detail: string;
      readonly result?: BranchResult;
      /** The pull request as it was when it came before a person, or as seen last since; see `listensToPull`. */
      readonly seen?: PullFacts;
      /** What a person wished before, where that still counts once what stood in its way is gone. */
      readonly approval?: Approval;
      /** The checked commit of a push that did not come through: another go begins with it, and needs no agent. */
      readonly unpublished?: BranchResult;
    }
  | { readonly status: "cancelled"; readonly why: string };

/** A task. */
export type Task = TaskBase & TaskState;

/** The eight statuses; the first seven are also labels `status:*` on a forge. */
export type TaskStatus = TaskState["status"];

/** All statuses, in the order of a task's life. */
export const taskStatuses: readonly TaskStatus[] = [
  "new",
  "routed",
  "in_progress",
  "in_review",
  "done",
  "blocked",
  "needs_review",
  "cancelled",
];

/** True for statuses that nothing but a person can leave. */
export function isSettled(status: TaskStatus): boolean {
  return status === "done" || status === "cancelled";
}
