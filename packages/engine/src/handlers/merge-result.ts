import { asOrchError, taskKey, type MergeResult, type Task, type TaskEvent, type Workspace } from "@orch/core";

import { moveTask } from "../move-task.ts";
import { isProven } from "../proof.ts";
import { settleDone, type HandlerContext } from "./context.ts";

const MOST_TRIES = 8;

type InReview = Extract<Task, { status: "in_review" }>;

/** Merges a checked result after looking at its receipts once more, in the same moment (law 6). */
export async function mergeResult(context: HandlerContext<"result:merge">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  if (task?.status !== "in_review" || task.version !== effect.round) return settleDone(context);
  const event = await tryMerge(context, task);
  const moved = await moveTask(deps, {
    ref: effect.task,
    event,
    key: `${taskKey(effect.task)} merge ${effect.round}`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

async function tryMerge(context: HandlerContext<"result:merge">, task: InReview): Promise<TaskEvent> {
  const { deps } = context;
  const project = deps.projects.get(task.project);
  const { result } = task;
  if (project === undefined) return refusal("The project is not configured any more.");
  if (!(await isProven(deps.store, task))) return refusal("The receipts do not prove this commit.");
  const message = `${firstLine(task.title)}\n\nTask: ${taskKey(task)}\n`;
  const { base: into, commit, branch } = result;
  const merged = await mergeOrGiveUp(context, { project, into, commit, branch, message });
  if (merged.kind === "merged") return { type: "result:merged", mergeCommit: merged.mergeCommit };
  return { type: "result:refused", reason: merged.reason, detail: merged.detail };
}

/** What keeps failing is put before a person instead of being tried for ever (law 12). */
async function mergeOrGiveUp(
  context: HandlerContext<"result:merge">,
  request: Parameters<Workspace["merge"]>[0],
): Promise<MergeResult> {
  try {
    return await context.deps.workspace.merge(request);
  } catch (error) {
    if (context.lease.tries < MOST_TRIES) throw error;
    return { kind: "refused", reason: "merge_refused", detail: asOrchError(error).message };
  }
}

function refusal(detail: string): TaskEvent {
  return { type: "result:refused", reason: "merge_refused", detail };
}

function firstLine(title: string): string {
  const line = title.split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
