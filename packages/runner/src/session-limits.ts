import type { Attempt, AttemptRun, RunLimits } from "@orch/core";

import type { StepContext } from "./context.ts";

/** What is left of the time that a person gave the task (seed row B49); undefined: nobody gave it any. Milliseconds. */
export async function timeLeft({ deps, ref, run }: StepContext): Promise<number | undefined> {
  const budget = run.task.pace?.budgetMs;
  if (budget === undefined) return undefined;
  const earlier = (await deps.store.attempts(ref)).filter(({ attempt }) => attempt < ref.attempt);
  return budget - earlier.reduce((sum, attempt) => sum + lasted(attempt), 0);
}

function lasted({ startedAt, endedAt = startedAt }: Attempt): number {
  return endedAt - startedAt;
}

/** The clocks of an attempt: the project's, as far as the task has none of its own. */
export function clocksOf(
  { task, project }: AttemptRun,
  leftMs: number | undefined,
): Pick<RunLimits, "wallMs" | "silenceMs" | "noProgressMs"> {
  const { limits, timeoutByComplexity } = project;
  const wall = timeoutByComplexity[task.assignment.complexity] ?? limits.wallMs;
  const wallMs = leftMs === undefined ? wall : Math.min(wall === 0 ? leftMs : wall, leftMs);
  const checkin = task.pace?.checkinMs;
  if (checkin === undefined) return { wallMs, silenceMs: limits.silenceMs, noProgressMs: limits.noProgressMs };
  // At the check-in orch speaks to the agent; one that says nothing then is given up as others are.
  const { nudgeShare = 0 } = limits;
  const quietMs = Math.round(checkin / (nudgeShare === 0 ? 1 : nudgeShare));
  return { wallMs, silenceMs: quietMs, noProgressMs: quietMs };
}
