import { asOrchError, isInternalTask, isSettled, taskKey, type Task } from "@orch/core";
import { labelChange, looksOf, shownLabels } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { resultComment, statusComment } from "../forge/comment-words.ts";
import { keepOwnLabels, ownLabels } from "../forge/own-labels.ts";
import { siteOf, type Site } from "../forge/site.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/**
 * Shows a task on its forge as it is now: labels, one status comment, one comment per attempt, a closed issue, a branch
 * that is gone after the merge. Stale effects do nothing: a later one shows everything (law 2).
 */
export async function showTask(context: HandlerContext<"forge:show">): Promise<void> {
  const { deps, effect } = context;
  const task = await deps.store.task(effect.task);
  const site = siteOf(deps, effect.task.project);
  if (task === undefined || task.version !== effect.round || site === undefined) return settleDone(context);
  try {
    await show(context, { task, site });
  } catch (error) {
    const typed = asOrchError(error);
    if (typed.retryable) throw error;
    deps.logger.warn({ task: taskKey(task), error: typed }, "the task can't be shown on its forge");
  }
  await settleDone(context);
}

interface Showing {
  readonly task: Task;
  readonly site: Site;
}

async function show(context: HandlerContext<"forge:show">, showing: Showing): Promise<void> {
  const { task, site } = showing;
  const { forge } = site;
  if (!isInternalTask(task.id)) await showIssue(context, showing);
  if (task.status !== "done" || task.outcome.kind !== "merged" || task.pull === undefined) return;
  await forge.deleteBranch({ branch: task.outcome.result.branch, expected: task.outcome.result.commit });
}

async function showLabels(
  deps: EngineDeps,
  { task, site, there }: Showing & { readonly there: readonly string[] },
): Promise<void> {
  const { forge, settings } = site;
  const known = await ownLabels(deps.store, task);
  const wanted = shownLabels(task, settings.labels);
  const { add, remove, ours } = labelChange(there, wanted, { settings: settings.labels, ours: known });
  if (add.length + remove.length === 0) return;
  // Written down first: what orch may have put is never read as a person's word.
  await deps.store.commit({ writes: [keepOwnLabels(task, [...new Set([...known, ...ours])])] });
  await forge.ensureLabels(add.map((label) => looksOf(label, settings.labels)));
  await forge.setLabels({ id: task.id, add, remove });
  await deps.store.commit({ writes: [keepOwnLabels(task, ours)] });
}

async function showIssue({ deps }: HandlerContext<"forge:show">, { task, site }: Showing): Promise<void> {
  const { forge, settings } = site;
  const issue = await forge.issue(task.id);
  if (issue === undefined) return;
  await showLabels(deps, { task, site, there: issue.labels });
  const attempts = await deps.store.attempts(task);
  const thread = Number(task.id);
  await forge.putComment({ thread, ...statusComment(site, { task, attempts }) });
  const last = attempts.findLast(({ endedAt }) => endedAt !== undefined);
  if (last !== undefined) {
    const receipts = await deps.store.receipts({ project: task.project, id: task.id, attempt: last.attempt });
    await forge.putComment({ thread, ...resultComment(site, { task, attempt: last, receipts }) });
  }
  if (issue.state === "open" && isSettled(task.status) && settings.autoClose) {
    await forge.closeIssue({ id: task.id, as: task.status === "done" ? "completed" : "not_planned" });
  }
}
