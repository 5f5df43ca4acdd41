import { isSettled, taskKey, type Task } from "@orch/core";

import { settleDone, type HandlerContext } from "./context.ts";

/** Cleans up after a task that has ended: its processes, then its clone, rescuing what is only there (law 10). */
export async function removeWorkspace(context: HandlerContext<"workspace:remove">): Promise<void> {
  const { deps, effect } = context;
  const task = await taskThatIsOver(context);
  if (task === undefined) return settleDone(context);
  const project = deps.projects.get(effect.task.project);
  if (task.branch === undefined || project === undefined) return settleFreed(context);
  await deps.runner.retire({ task, project, signal: context.signal });
  // Its last hook may take a while, in which somebody may want the task again.
  if ((await taskThatIsOver(context)) === undefined) return settleDone(context);
  const removal = await deps.workspace.remove({ project, task: effect.task, branch: task.branch });
  if (removal.kept !== undefined) {
    deps.logger.warn({ task: taskKey(task), kept: removal.kept }, "a clone was kept");
  }
  await settleFreed(context);
}

/** With the clone go the task's ports. */
async function settleFreed({ deps, effect, lease }: HandlerContext<"workspace:remove">): Promise<void> {
  const writes = [{ kind: "ports:free", task: effect.task }] as const;
  await deps.store.commit({ holding: lease, settle: { as: "complete" }, writes });
}

/** The task, when it has ended and nothing has happened to it since. */
async function taskThatIsOver(context: HandlerContext<"workspace:remove">): Promise<Task | undefined> {
  const { deps, effect } = context;
  const task = await deps.store.task(effect.task);
  return task !== undefined && isSettled(task.status) && task.version === effect.round ? task : undefined;
}
