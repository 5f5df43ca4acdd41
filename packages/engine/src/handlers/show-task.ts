import {
  asOrchError,
  isSettled,
  issueNumberOf,
  nextCheckIn,
  parseTaskId,
  taskKey,
  unwrap,
  type ForgeIssue,
  type OrchError,
  type Task,
} from "@orch/core";
import { labelChange, looksOf, shownLabels } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { clearBranch } from "../forge/clear-branch.ts";
import { isOpenedAgain, keepClosed } from "../forge/closed-issues.ts";
import { callComment, ownerComment, resultComment } from "../forge/comment-words.ts";
import { keepOwnLabels, ownLabels } from "../forge/own-labels.ts";
import { keepState, readSeen } from "../forge/seen-issues.ts";
import { showStatus } from "../forge/show-status.ts";
import { siteOf, type Site } from "../forge/site.ts";
import { jobOf } from "../move-task.ts";
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
  await showEach(deps, task, [
    () => showIssue(context, { task, site }),
    () => answerCall(context, { task, site }),
    () => clearBranch(deps, { task, site }),
  ]);
  await settleAndCheckIn(context, task);
}

/** While nothing happens, the next look follows this one. */
async function settleAndCheckIn({ deps, effect, lease }: HandlerContext<"forge:show">, task: Task): Promise<void> {
  const next = effect.at === undefined ? undefined : nextCheckIn(task, { round: effect.round, now: deps.clock.now() });
  const enqueue = next === undefined ? [] : [jobOf(next)];
  await deps.store.commit({ holding: lease, settle: { as: "complete" }, enqueue });
}

/**
 * Shows each by itself: what the forge will not have as it is, or takes later, does not keep the rest from being shown.
 * @throws what is to be tried again
 */
async function showEach(deps: EngineDeps, task: Task, shows: readonly (() => Promise<void>)[]): Promise<void> {
  let later: OrchError | undefined;
  for (const show of shows) {
    try {
      await show();
    } catch (error) {
      const typed = asOrchError(error);
      if (typed.code === "forge_limited") later ??= typed;
      else if (typed.retryable) throw typed;
      else deps.logger.warn({ task: taskKey(task), error: typed }, "the task can't be shown on its forge");
    }
  }
  if (later !== undefined) throw later;
}

interface Showing {
  readonly task: Task;
  readonly site: Site;
}

/** Whoever called orch is answered once, where they did. */
async function answerCall({ deps }: HandlerContext<"forge:show">, { task, site }: Showing): Promise<void> {
  if (task.source.kind !== "mention") return;
  const attempts = await deps.store.attempts(task);
  const attempt = attempts.findLast(({ endedAt }) => endedAt !== undefined);
  const said = callComment(site, { task, attempt });
  if (said !== undefined) await site.forge.putComment(said);
}

async function showLabels(
  deps: EngineDeps,
  { task, site, issue }: Showing & { readonly issue: ForgeIssue },
): Promise<void> {
  const { forge, settings } = site;
  const known = await ownLabels(deps.store, task);
  const wanted = shownLabels(task, settings.labels);
  const { add, remove, ours } = labelChange(issue.labels, wanted, { settings: settings.labels, ours: known });
  if (add.length + remove.length === 0) return;
  // Written down first: what orch may have put is never read as a person's word.
  await deps.store.commit({ writes: [keepOwnLabels(task, [...new Set([...known, ...ours])])] });
  await forge.ensureLabels(add.map((label) => looksOf(label, settings.labels)));
  await forge.setLabels({ id: issue.id, add, remove });
  await deps.store.commit({ writes: [keepOwnLabels(task, ours)] });
}

async function showIssue({ deps, effect }: HandlerContext<"forge:show">, { task, site }: Showing): Promise<void> {
  const { forge } = site;
  const thread = issueNumberOf(task);
  if (thread === undefined) return;
  const issue = await forge.issue(unwrap(parseTaskId(String(thread))));
  if (issue === undefined) return;
  await showEach(deps, task, [
    () => showLabels(deps, { task, site, issue }),
    () => showComments(deps, { task, site, issue, now: effect.at ?? task.updatedAt }),
    () => (isSettled(task.status) ? showEnd(deps, { task, site, issue }) : showBeginning(deps, { task, site, issue })),
  ]);
}

/** Closes the issue of a task that is over, once: what somebody opens again is theirs. */
async function showEnd(
  deps: EngineDeps,
  { task, site, issue }: Showing & { readonly issue: ForgeIssue },
): Promise<void> {
  if (await isOpenedAgain(deps.store, task, issue)) return;
  const { forge, settings } = site;
  if (issue.state === "open" && settings.autoClose) {
    await forge.closeIssue({ id: issue.id, as: task.status === "done" ? "completed" : "not_planned" });
  }
  const closed = await forge.issue(issue.id);
  if (closed?.state !== "closed") return;
  await deps.store.commit({
    writes: [keepClosed(task, closed), ...(await keepState(deps.store, { ref: task, state: "closed" }))],
  });
}

/** Opens the issue of a task that was over and is not any more; what people close meanwhile is theirs. */
async function showBeginning(
  deps: EngineDeps,
  { task, site, issue }: Showing & { readonly issue: ForgeIssue },
): Promise<void> {
  const seen = await readSeen(deps.store, task);
  if (issue.state === "open" || seen?.state !== "closed") return;
  await site.forge.reopenIssue(issue.id);
  await deps.store.commit({ writes: await keepState(deps.store, { ref: task, state: "open" }) });
}

async function showComments(
  deps: EngineDeps,
  { task, site, issue, now }: Showing & { readonly issue: ForgeIssue; readonly now: number },
): Promise<void> {
  const { forge } = site;
  const thread = Number(issue.id);
  const attempts = await deps.store.attempts(task);
  await showStatus(deps, { task, site, issue, attempts, now });
  const last = attempts.findLast(({ endedAt }) => endedAt !== undefined);
  if (last === undefined) return;
  const receipts = await deps.store.receipts({ project: task.project, id: task.id, attempt: last.attempt });
  await forge.putComment({ thread, ...resultComment(site, { task, attempt: last, receipts }) });
  const call = ownerComment(site, { task, attempt: last });
  if (call !== undefined) await forge.putComment({ thread, ...call });
}
