import { asOrchError, taskKey } from "@orch/core";
import { reviewMark } from "@orch/forge";

import { markerOf, siteOf } from "../forge/site.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/** Submits a review agent's review, once. One that the forge takes for wrong is told of in the log, and left. */
export async function showReview(context: HandlerContext<"review:show">): Promise<void> {
  const { deps, effect } = context;
  const site = siteOf(deps, effect.task.project);
  if (site === undefined) return settleDone(context);
  const { pull: number, commit, round, words } = effect;
  const marker = markerOf(site, reviewMark(number, { commit, round }), number);
  try {
    await site.forge.submitReview({ number, commit, marker, ...words });
  } catch (error) {
    const typed = asOrchError(error);
    if (typed.retryable) throw error;
    deps.logger.warn({ task: taskKey(effect.task), error: typed }, "a review could not be shown");
  }
  await settleDone(context);
}
