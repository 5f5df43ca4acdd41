import {
  asOrchError,
  issueNumberOf,
  parseTaskId,
  taskKey,
  unwrap,
  type BranchName,
  type CommitSha,
  type Task,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { siteOf } from "./site.ts";

/**
 * Has the forge make a task's branch, at the commit where the work began, as that of its issue (seed row A85): before
 * the first push, for forges link only what they make. Nothing depends on it, so it never fails.
 */
export async function linkBranch(
  deps: Pick<EngineDeps, "forges" | "projects" | "logger">,
  { task, branch, commit }: { readonly task: Task; readonly branch: BranchName; readonly commit: CommitSha },
): Promise<void> {
  const site = siteOf(deps, task.project);
  const number = issueNumberOf(task);
  if (site === undefined || number === undefined || task.pull !== undefined) return;
  // A forge closes what a merged branch belongs to.
  if (site.settings.pull.linkStyle === "none" || !site.settings.autoClose) return;
  try {
    await site.forge.linkBranch({ issue: unwrap(parseTaskId(String(number))), branch, commit });
  } catch (error) {
    deps.logger.info(
      { task: taskKey(task), branch, error: asOrchError(error) },
      "the branch is not linked to its issue",
    );
  }
}
