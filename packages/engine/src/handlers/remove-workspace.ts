import { isSettled, taskKey } from "@orch/core";

import { settleDone, type HandlerContext } from "./context.ts";

/** Cleans up after a task that has ended: its processes, then its clone, rescuing what is only there (law 10). */
export async function removeWorkspace(context: HandlerContext<"workspace:remove">): Promise<void> {
  const { deps, effect } = context;
  const task = await deps.store.task(effect.task);
  const project = deps.projects.get(effect.task.project);
  const over = task !== undefined && isSettled(task.status) && task.version === effect.round;
  if (!over || project === undefined || task.branch === undefined) return settleDone(context);
  await deps.runner.retire({ task, project, signal: context.signal });
  const removal = await deps.workspace.remove({ project, task: effect.task, branch: task.branch });
  if (removal.kept !== undefined) {
    deps.logger.warn({ task: taskKey(task), kept: removal.kept }, "a clone was kept");
  }
  await settleDone(context);
}
