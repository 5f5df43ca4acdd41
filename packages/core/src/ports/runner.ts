import type { Attempt } from "../attempt.ts";
import type { AttemptRef } from "../ids.ts";
import type { ProjectSettings } from "../policy.ts";
import type { BranchResult, Task } from "../task.ts";
import type { Verdict } from "../verdict.ts";
import type { Token } from "./store.ts";

/** What an attempt is run from. */
export interface AttemptRun {
  readonly task: Extract<Task, { status: "in_progress" }>;
  readonly project: ProjectSettings;
  /** Every record of the runner is committed under this lease, so that a runner that lost it leaves no trace. */
  readonly token: Token;
  /** Aborts when the attempt must end: cancelled, interrupted, or the lease lost. */
  readonly signal: AbortSignal;
}

/** How an attempt ended. */
export type AttemptOutcome =
  | {
      readonly kind: "finished";
      readonly attempt: Attempt;
      readonly verdict: Verdict;
      readonly fingerprint: string;
      readonly result?: BranchResult;
    }
  /** The lease is gone or the signal aborted: somebody else decides what follows. */
  | { readonly kind: "abandoned"; readonly why: string };

/**
 * Runs one attempt through its steps. Contract: called again after a crash with the same attempt it resumes at the
 * first step that is not done, and repeats no side effect; it never throws for what the agent or the project did.
 */
export interface AttemptRunner {
  run(run: AttemptRun): Promise<AttemptOutcome>;
  /**
   * Tells the agent of a running attempt the notes of its task that its prompt was without, each once by its id. Harmless
   * when there is no agent, when it does not listen, or when it knows them: what it was told is in the attempt's `heard`.
   */
  tell(attempt: AttemptRef): Promise<void>;
  /** At boot: ends the sessions that belong to none of the attempts in progress; gives their number. */
  reap(owned: readonly AttemptRef[]): Promise<number>;
  /** Before a task's clone goes: ends what is still alive and runs the project's `before_remove` hook there. */
  retire(run: { readonly task: Task; readonly project: ProjectSettings; readonly signal: AbortSignal }): Promise<void>;
  /**
   * Ends everything of an attempt that is still alive; idempotent. With `resumable`, the attempt may be taken up again:
   * its ended agent stays known, so that it is never started a second time.
   */
  stop(run: {
    readonly task: Task;
    readonly attempt: number;
    readonly why: string;
    readonly resumable?: boolean;
  }): Promise<void>;
}
