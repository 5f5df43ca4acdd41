import { asOrchError, isSettled, issueNumberOf, taskKey, type ForgeIssue, type Task } from "@orch/core";
import { looksOf, taskMark, wordLabels } from "@orch/forge";

import { becomeIssue } from "../forge/become-issue.ts";
import { markerOf, siteOf, type Site } from "../forge/site.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/**
 * Opens the issue of a task that began here, once: one with the task's mark is taken up. From then on the issue is
 * followed like any other. What the forge takes for wrong is kept with the job, for the person who asked.
 */
export async function openIssue(context: HandlerContext<"issue:open">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  const site = siteOf(deps, effect.task.project);
  if (task === undefined || site === undefined || issueNumberOf(task) !== undefined || isSettled(task.status)) {
    return settleDone(context);
  }
  try {
    await publish(context, { task, site });
  } catch (error) {
    const typed = asOrchError(error);
    if (typed.retryable) throw error;
    deps.logger.warn({ task: taskKey(task), error: typed }, "the task can't become an issue");
    const settle = { as: "dead", error: `${typed.code}: ${typed.message}` } as const;
    await deps.store.commit({ holding: lease, settle });
  }
}

async function publish(
  context: HandlerContext<"issue:open">,
  { task, site }: { readonly task: Task; readonly site: Site },
): Promise<void> {
  const { deps, effect, lease } = context;
  const issue = await open(site, { task, labels: effect.labels });
  const job = { holding: lease, settle: { as: "complete" } } as const;
  const moved = await becomeIssue(deps, { site, ref: effect.task, issue, job });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

async function open(
  site: Site,
  { task, labels }: { readonly task: Task; readonly labels: readonly string[] },
): Promise<ForgeIssue> {
  const { forge, settings } = site;
  const { title, body } = task;
  const all = wordLabels({ ...task, labels: [...task.labels, ...labels] }, settings.labels);
  await forge.ensureLabels(all.map((label) => looksOf(label, settings.labels)));
  return forge.openIssue({ title, body, labels: all, marker: markerOf(site, taskMark(task)) });
}
