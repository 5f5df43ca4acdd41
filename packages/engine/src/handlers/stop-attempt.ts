import { verdictOf, type Attempt } from "@orch/core";

import { settleDone, type HandlerContext } from "./context.ts";

/**
 * Ends an attempt that was cancelled or interrupted. Its lease goes first, so that a runner in any process is fenced and
 * nothing that it still does is recorded; then its processes, then its record.
 */
export async function stopAttempt(context: HandlerContext<"attempt:stop">): Promise<void> {
  const { deps, keeper, effect, lease } = context;
  const { attempt, run, why } = effect;
  await deps.store.commit({ holding: lease, cancel: [run] });
  keeper.abort(({ key }) => key === run, "stopped");
  const task = await deps.store.task(attempt);
  if (task !== undefined) await deps.runner.stop({ task, attempt: attempt.attempt, why });
  const record = await deps.store.attempt(attempt);
  if (record === undefined || record.phase === "finished") return settleDone(context);
  const ended: Attempt = {
    ...record,
    phase: "finished",
    endedAt: deps.clock.now(),
    verdict: verdictOf("interrupted", why),
  };
  await deps.store.commit({
    holding: lease,
    settle: { as: "complete" },
    writes: [{ kind: "attempt:put", attempt: ended }],
  });
}
