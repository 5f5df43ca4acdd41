import type { BranchName, CommitSha, TaskId, TaskRef } from "./ids.ts";
import type { Assignment, BranchResult, TaskSpec, TaskStatus, Waiting } from "./task.ts";
import type { TrustTier } from "./trust.ts";
import type { Reason, Verdict } from "./verdict.ts";

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
