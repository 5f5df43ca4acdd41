import type { Task } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import type { Site } from "./site.ts";

interface Ended {
  readonly task: Task;
  readonly site: Site;
}

/**
 * Takes away what a task that is over leaves on its forge: the branch of a merge, and of what was given up the pull
 * request as well. What holds a commit of a person's stays as it is.
 */
export async function clearBranch(deps: EngineDeps, { task, site }: Ended): Promise<void> {
  if (task.pull === undefined) return;
  if (task.status === "done" && task.outcome.kind === "merged") {
    const { result, head = result.commit } = task.outcome;
    await site.forge.deleteBranch({ branch: result.branch, expected: head });
    return;
  }
  if (isGivenUp(task)) await giveUp(deps, { site, task, number: task.pull.number });
}

function isGivenUp(task: Task): boolean {
  if (task.status === "cancelled") return true;
  return task.status === "done" && task.outcome.kind === "closed" && task.outcome.mergeCommit === undefined;
}

async function giveUp(deps: EngineDeps, { task, site, number }: Ended & { readonly number: number }): Promise<void> {
  const { forge } = site;
  const pull = await forge.pullRequestBy(number);
  if (pull === undefined || pull.state === "merged" || pull.author.id !== (await forge.self()).id) return;
  const attempts = await deps.store.attempts(task);
  if (!attempts.some(({ commit }) => commit === pull.head)) return;
  if (pull.state === "open") await forge.editPullRequest({ number, state: "closed" });
  await forge.deleteBranch({ branch: pull.branch, expected: pull.head });
}
