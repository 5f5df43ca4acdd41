import type { Attempt } from "./attempt.ts";
import type { TaskEvent } from "./task-event.ts";
import type { BranchResult } from "./task.ts";
import type { Verdict } from "./verdict.ts";

/** What an attempt came to. */
export interface AttemptEnd {
  readonly verdict: Verdict;
  readonly fingerprint: string;
  readonly result?: BranchResult;
}

/** The event that ends an attempt: what it came to, with what its agent handed on and what it had heard. */
export function attemptFinished(
  { attempt, report, heard }: Attempt,
  { verdict, fingerprint, result }: AttemptEnd,
): Extract<TaskEvent, { type: "attempt:finished" }> {
  const parts = report?.delegations.length ?? 0;
  return {
    type: "attempt:finished",
    attempt,
    verdict,
    fingerprint,
    ...(result === undefined ? {} : { result }),
    ...(parts === 0 ? {} : { parts }),
    ...(heard === undefined ? {} : { heard }),
  };
}
