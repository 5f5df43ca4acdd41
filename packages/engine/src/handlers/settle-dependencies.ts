import { taskKey, type TaskId, type TaskRef, type TaskStatus } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/** Tells every task that waits for an ended one. */
export async function notifyDependents(context: HandlerContext<"dependents:notify">): Promise<void> {
  const { deps, effect } = context;
  for (const waiting of await deps.store.dependents(effect.task)) {
    await settle(deps, { waiting, id: effect.task.id, as: effect.as, round: effect.round });
  }
  await settleDone(context);
}

/** Looks whether what a task waits for had ended before the task began to wait. */
export async function checkDependencies(context: HandlerContext<"dependencies:check">): Promise<void> {
  const { deps, effect } = context;
  for (const id of effect.waitingFor) {
    const other = await deps.store.task({ project: effect.task.project, id });
    if (other !== undefined && other.status !== "done" && other.status !== "cancelled") continue;
    const as = other?.status === "done" ? "done" : "cancelled";
    await settle(deps, { waiting: effect.task, id, as, round: other?.version ?? 0 });
  }
  await settleDone(context);
}

const NOT_BEGUN: ReadonlySet<TaskStatus> = new Set(["new", "routed", "blocked"]);

/** Lets a parent wait for its new child, unless it has begun: then the child goes its own way. */
export async function waitForChild(context: HandlerContext<"parent:wait">): Promise<void> {
  const { deps, effect } = context;
  const parent = await deps.store.task(effect.task);
  if (parent !== undefined && NOT_BEGUN.has(parent.status)) {
    const key = `${taskKey(effect.task)} waits for ${effect.child}`;
    const event = { type: "dependencies:added", ids: [effect.child] } as const;
    await moveTask(deps, { ref: effect.task, event, key, actor: "engine" });
  }
  await settleDone(context);
}

interface Ended {
  readonly waiting: TaskRef;
  readonly id: TaskId;
  readonly as: "done" | "cancelled";
  /** The ended task's version: a task that is retried and ends again says so again. */
  readonly round: number;
}

/** A waiting task that is not blocked (any more) rejects the word; that is as it should be. */
async function settle(deps: EngineDeps, ended: Ended): Promise<void> {
  const waiting = await deps.store.task(ended.waiting);
  const key = `${taskKey(ended.waiting)} v${waiting?.version ?? 0} saw ${ended.id} ${ended.as} ${ended.round}`;
  const event = { type: "dependency:settled", id: ended.id, as: ended.as } as const;
  await moveTask(deps, { ref: ended.waiting, event, key, actor: "engine" });
}
