import { taskKey, type Task, type TaskId, type TaskRef, type TaskStatus } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { stateThere } from "../forge/blockers.ts";
import { siteOf } from "../forge/site.ts";
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
    const as = other === undefined ? await endThere(deps, effect.task, id) : endOf(other);
    if (as !== undefined) await settle(deps, { waiting: effect.task, id, as, round: other?.version ?? 0 });
  }
  await settleDone(context);
}

function endOf({ status }: Task): "done" | "cancelled" | undefined {
  return status === "done" || status === "cancelled" ? status : undefined;
}

/** What is no task may be an issue or a pull request of others: whoever closes it, it is over. */
async function endThere(deps: EngineDeps, waiting: TaskRef, id: TaskId): Promise<"done" | "cancelled" | undefined> {
  const site = siteOf(deps, waiting.project);
  const state = site === undefined ? "absent" : await stateThere(site, id);
  if (state === "open") return undefined;
  return state === "closed" ? "done" : "cancelled";
}

/** Tells every task that waits for an issue or a pull request which is no task, and which is over. */
export async function settleForeign(deps: EngineDeps, ended: TaskRef): Promise<void> {
  for (const waiting of await deps.store.dependents(ended)) {
    await settle(deps, { waiting, id: ended.id, as: "done", round: 0 });
  }
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
