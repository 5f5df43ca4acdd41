import { pricedUsage, priceOfAny, verdictOf, type Attempt, type Lease } from "@orch/core";

import { measures } from "../measures.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/**
 * Ends an attempt that was cancelled or interrupted. Its lease goes first, so that a runner in any process is fenced and
 * nothing that it still does is recorded; then its runner in this process, which may just be starting a session; then its
 * processes, then its record.
 */
export async function stopAttempt(context: HandlerContext<"attempt:stop">): Promise<void> {
  const { deps, keeper, effect, lease } = context;
  const { attempt, run, why } = effect;
  await deps.store.commit({ holding: lease, cancel: [run] });
  const runs = ({ key }: Lease): boolean => key === run;
  keeper.abort(runs, "stopped");
  await keeper.released(runs);
  const task = await deps.store.task(attempt);
  if (task !== undefined) await deps.runner.stop({ task, attempt: attempt.attempt, why });
  const record = await deps.store.attempt(attempt);
  if (record === undefined || record.phase === "finished") return settleDone(context);
  const now = deps.clock.now();
  const { prices } = deps.projects.get(attempt.project) ?? {};
  const price = prices === undefined ? undefined : priceOfAny(prices, [record.model, record.assignment.model]);
  const ended: Attempt = {
    ...record,
    usage: pricedUsage(record.usage, price),
    phase: "finished",
    endedAt: now,
    verdict: verdictOf("interrupted", why),
  };
  await deps.store.commit({
    holding: lease,
    settle: { as: "complete" },
    writes: [{ kind: "attempt:put", attempt: ended }, ...measures(ended, now)],
  });
}
