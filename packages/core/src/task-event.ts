import type { AgentName, BranchName, CommitSha, TaskId, TaskRef } from "./ids.ts";
import type { ReviewWords } from "./ports/forge.ts";
import type {
  Assignment,
  BranchResult,
  Found,
  Heard,
  IssueRef,
  PullFacts,
  PullRef,
  TaskNote,
  TaskSpec,
  TaskStatus,
  Waiting,
} from "./task.ts";
import type { TrustTier } from "./trust.ts";
import type { Reason, Verdict } from "./verdict.ts";

/** What a task says, as its forge has it. */
export type TaskWords = Pick<
  TaskSpec,
  "title" | "body" | "labels" | "pins" | "priority" | "plan" | "pace" | "size" | "job"
>;

/** Why work on a pull request has to go on. */
export interface Feedback {
  readonly kind: "review" | "checks" | "conflict" | "comment";
  /** Who asks: `github:octo`; for checks and conflicts `engine`. */
  readonly from: string;
  /** What is asked, for the agent; at most 32,000 characters. */
  readonly text: string;
  /** What counts as heard from now on. */
  readonly heard: Heard;
  /** The agent that made the result, which goes on where it can. */
  readonly agent?: AgentName;
}

/** What can happen to a task. Each is appended once, under an idempotency key, and moves the task by `advance`. */
export type TaskEvent =
  /** Somebody wants something; `found`: what an earlier orch left of it; `notes`: what people said about it before. */
  | {
      readonly type: "task:created";
      readonly spec: TaskSpec;
      readonly found?: Found;
      readonly notes?: readonly TaskNote[];
    }
  /** The router chose; `waiting`: an agent that rests now, and that the task waits for. */
  | { readonly type: "task:routed"; readonly assignment: Assignment; readonly waiting?: Waiting }
  /** The router found nobody; without a reason: `no_agent`. */
  | { readonly type: "task:unroutable"; readonly detail: string; readonly reason?: Reason }
  /** A slot was free; the attempt with this number begins on this branch. */
  | {
      readonly type: "attempt:started";
      readonly attempt: number;
      readonly branch: BranchName;
      /** The version of the task that planned it: a task that moved since is not begun by its older plan. */
      readonly round?: number;
    }
  /** The attempt ended; `result` comes with a pass, with what a person has to decide on although it is published, and with a push that did not come through (`unpublished`). */
  | {
      readonly type: "attempt:finished";
      readonly attempt: number;
      readonly verdict: Verdict;
      /** Equal texts mean equal failures. */
      readonly fingerprint: string;
      readonly result?: BranchResult;
      /** How many parts its agent hands on, as its report has them; absent: none. */
      readonly parts?: number;
      /** Ids of the notes that its agent was told, see `Attempt.heard`. */
      readonly heard?: readonly string[];
    }
  /** What an attempt handed out is tasks of its own now, in the same order. */
  | { readonly type: "parts:opened"; readonly attempt: number; readonly ids: readonly TaskId[] }
  /** Other tasks have to be done first (delegation, or said by a person). */
  | { readonly type: "dependencies:added"; readonly ids: readonly TaskId[] }
  /** A person says that it need not wait for these any more. */
  | { readonly type: "dependencies:removed"; readonly ids: readonly TaskId[] }
  /** A task that this one waits for ended. */
  | { readonly type: "dependency:settled"; readonly id: TaskId; readonly as: "done" | "cancelled" }
  /** The result is in the target branch. */
  | { readonly type: "result:merged"; readonly mergeCommit: CommitSha }
  /** The result could not be merged; `facts`: its pull request as it was then; `voids`: whoever approved it may not. */
  | {
      readonly type: "result:refused";
      readonly reason: Reason;
      readonly detail: string;
      readonly facts?: PullFacts;
      readonly voids?: true;
    }
  /** A person asked for the merge; `commit`: of this result, and of no other. Absent: of the one that is there. */
  | { readonly type: "merge:requested"; readonly by: string; readonly commit?: CommitSha }
  /** A person wants a one-time token that approves the result as it is now; `content` as `contentOf` names it. */
  | {
      readonly type: "approval:offered";
      readonly by: string;
      readonly hash: string;
      readonly commit: CommitSha;
      readonly content: string;
      /** Epoch milliseconds. */
      readonly expiresAt: number;
    }
  /**
   * A person approves with such a token, by its hash; `pastGate`: although the result is not done by the definition;
   * `pastExpiry`: although the token has expired.
   */
  | {
      readonly type: "approval:given";
      readonly by: string;
      readonly hash: string;
      readonly pastGate?: true;
      readonly pastExpiry?: true;
    }
  /**
   * A person wants another go, with all counters reset; `note` is for whoever works on it next, and `avoid` does not do it
   * as long as anybody else can.
   */
  | { readonly type: "task:retried"; readonly by: string; readonly note?: string; readonly avoid?: AgentName }
  /** A person lets it go on although it waits. */
  | { readonly type: "task:unblocked"; readonly by: string }
  /** A person has read its words, or takes back that they are trusted. */
  | { readonly type: "task:trusted"; readonly by: string; readonly tier: TrustTier }
  /** A person does not want it any more. */
  | { readonly type: "task:cancelled"; readonly by: string; readonly why: string }
  /** The words of the task were changed where it comes from; `tier`: what they count as from now on. */
  | { readonly type: "task:edited"; readonly by: string; readonly words: TaskWords; readonly tier?: TrustTier }
  /** The issue was closed where the task comes from. */
  | { readonly type: "task:closed"; readonly by: string; readonly as: "completed" | "not_planned" }
  /** A person wants it to wait until somebody says otherwise. */
  | { readonly type: "task:held"; readonly by: string; readonly why: string }
  /**
   * A person adds something for whoever works on it, now or next; `id`: of the note, see `TaskNote`. `aside`: it may be
   * talk between people, which holds what was approved and has no agent begin with that.
   */
  | {
      readonly type: "task:noted";
      readonly aside?: true;
      readonly id?: string;
      readonly by: string;
      readonly text: string;
      readonly again: boolean;
    }
  /** A person wants the result to be looked at once more. */
  | { readonly type: "review:requested"; readonly by: string }
  /** The issue was opened again, or somebody who may asks for more; `note` is for whoever works on it next. */
  | { readonly type: "task:reopened"; readonly by: string; readonly note?: string }
  /** A person wants a task that began here to become an issue, with these labels besides its own. */
  | { readonly type: "publish:requested"; readonly by: string; readonly labels: readonly string[] }
  /** The task has an issue from now on. */
  | { readonly type: "task:published"; readonly issue: IssueRef }
  /** The result's branch has a pull request. */
  | { readonly type: "pull:opened"; readonly pull: PullRef; readonly head: CommitSha }
  /** Somebody else pushed a branch for a task that waits for a person; it has a pull request now, which nothing here checked. */
  | { readonly type: "pull:found"; readonly pull: PullRef; readonly result: BranchResult }
  /** The pull request is not as it was, or somebody asks for changes there. */
  | {
      readonly type: "pull:seen";
      readonly facts: PullFacts;
      readonly feedback?: Feedback;
      /** Reviews became these tasks instead of feedback, and count as heard. */
      readonly followUps?: { readonly ids: readonly TaskId[]; readonly heard: Heard };
      /** The task's result when the look began: what was seen says nothing about another one. Absent: it had none. */
      readonly result?: CommitSha;
      /** The number of the pull request that was looked at; absent in older records: the task's. */
      readonly number?: number;
      /** The head is what an earlier attempt made: the result is not in it. */
      readonly outdated?: true;
    }
  /** A review agent looked at a commit. */
  | {
      readonly type: "review:given";
      readonly commit: CommitSha;
      readonly by: AgentName;
      readonly decision: "approve" | "request_changes" | "reject";
      /** For whoever works on it next. */
      readonly notes: string;
      /** As the pull request shows it; absent: nothing is shown. */
      readonly shown?: ReviewWords;
    }
  /** A person stops the running attempt, to go on later. */
  | { readonly type: "attempt:interrupted"; readonly by: string };

/** The type of a task event. */
export type TaskEventType = TaskEvent["type"];

/** An event as it is kept: appended once, in one order over all tasks. */
export interface StoredEvent extends TaskRef {
  /** Grows by at least one; the resume point of every subscriber. */
  readonly seq: number;
  readonly at: number;
  /** Who caused it: `engine`, `cli:<user>`, … */
  readonly actor: string;
  /** Unique; a second event with the same key changes nothing. */
  readonly key: string;
  readonly event: TaskEvent;
  /** The task's status after the event. */
  readonly status: TaskStatus;
}
