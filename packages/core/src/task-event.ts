import type { AgentName, BranchName, CommitSha, TaskId, TaskRef } from "./ids.ts";
import type { Assignment, BranchResult, Heard, PullFacts, PullRef, TaskSpec, TaskStatus, Waiting } from "./task.ts";
import type { TrustTier } from "./trust.ts";
import type { Reason, Verdict } from "./verdict.ts";

/** What a task says, as its forge has it. */
export type TaskWords = Pick<TaskSpec, "title" | "body" | "labels" | "pins" | "priority">;

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
  /** Somebody wants something. */
  | { readonly type: "task:created"; readonly spec: TaskSpec }
  /** The router chose; `waiting`: an agent that rests now, and that the task waits for. */
  | { readonly type: "task:routed"; readonly assignment: Assignment; readonly waiting?: Waiting }
  /** The router found nobody; without a reason: `no_agent`. */
  | { readonly type: "task:unroutable"; readonly detail: string; readonly reason?: Reason }
  /** A slot was free; the attempt with this number begins on this branch. */
  | { readonly type: "attempt:started"; readonly attempt: number; readonly branch: BranchName }
  /** The attempt ended; `result` comes with a pass, and with what a person has to decide on although it is published. */
  | {
      readonly type: "attempt:finished";
      readonly attempt: number;
      readonly verdict: Verdict;
      /** Equal texts mean equal failures. */
      readonly fingerprint: string;
      readonly result?: BranchResult;
    }
  /** Other tasks have to be done first (delegation, or said by a person). */
  | { readonly type: "dependencies:added"; readonly ids: readonly TaskId[] }
  /** A task that this one waits for ended. */
  | { readonly type: "dependency:settled"; readonly id: TaskId; readonly as: "done" | "cancelled" }
  /** The result is in the target branch. */
  | { readonly type: "result:merged"; readonly mergeCommit: CommitSha }
  /** The result could not be merged. */
  | { readonly type: "result:refused"; readonly reason: Reason; readonly detail: string }
  /** A person asked for the merge. */
  | { readonly type: "merge:requested"; readonly by: string }
  /** A person wants another go, with all counters reset; `note` is for whoever works on it next. */
  | { readonly type: "task:retried"; readonly by: string; readonly note?: string }
  /** A person lets it go on although it waits. */
  | { readonly type: "task:unblocked"; readonly by: string }
  /** A person has read its words, or takes back that they are trusted. */
  | { readonly type: "task:trusted"; readonly by: string; readonly tier: TrustTier }
  /** A person does not want it any more. */
  | { readonly type: "task:cancelled"; readonly by: string; readonly why: string }
  /** The words of the task were changed where it comes from. */
  | { readonly type: "task:edited"; readonly by: string; readonly words: TaskWords }
  /** The issue was closed where the task comes from. */
  | { readonly type: "task:closed"; readonly by: string; readonly as: "completed" | "not_planned" }
  /** A person wants it to wait until somebody says otherwise. */
  | { readonly type: "task:held"; readonly by: string; readonly why: string }
  /** A person adds something for whoever works on it next. */
  | { readonly type: "task:noted"; readonly by: string; readonly text: string; readonly again: boolean }
  /** A person wants the result to be looked at once more. */
  | { readonly type: "review:requested"; readonly by: string }
  /** The issue was opened again. */
  | { readonly type: "task:reopened"; readonly by: string }
  /** The result's branch has a pull request. */
  | { readonly type: "pull:opened"; readonly pull: PullRef; readonly head: CommitSha }
  /** The pull request is not as it was, or somebody asks for changes there. */
  | {
      readonly type: "pull:seen";
      readonly facts: PullFacts;
      readonly feedback?: Feedback;
      /** The task's result when the look began: what was seen says nothing about another one. Absent: it had none. */
      readonly result?: CommitSha;
    }
  /** A review agent looked at a commit. */
  | {
      readonly type: "review:given";
      readonly commit: CommitSha;
      readonly by: AgentName;
      readonly decision: "approve" | "request_changes" | "reject";
      /** For whoever works on it next. */
      readonly notes: string;
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
