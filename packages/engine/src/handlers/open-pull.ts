import {
  asOrchError,
  taskKey,
  type Forge,
  type ForgeSettings,
  type PullRequest,
  type Task,
  type TaskEvent,
} from "@orch/core";

import { pullWords } from "../forge/pull-words.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

type InReview = Extract<Task, { status: "in_review" }>;

/**
 * Opens the pull request of a published result; one that is there is taken up and its text brought up to date. What the
 * forge takes for wrong goes to a person; what may pass is tried again.
 */
export async function openPull(context: HandlerContext<"pull:open">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  const forge = deps.forges?.of(effect.task.project);
  const settings = deps.projects.get(effect.task.project)?.forge;
  if (task?.status !== "in_review" || forge === undefined || settings === undefined) return settleDone(context);
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: await openOrRefuse(context, { task, forge, settings }),
    key: `${taskKey(effect.task)} pull ${effect.round}`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

interface Opening {
  readonly task: InReview;
  readonly forge: Forge;
  readonly settings: ForgeSettings;
}

async function openOrRefuse(context: HandlerContext<"pull:open">, opening: Opening): Promise<TaskEvent> {
  try {
    const { number, url, head } = await open(context, opening);
    return { type: "pull:opened", pull: { number, url }, head };
  } catch (error) {
    const typed = asOrchError(error);
    if (typed.retryable) throw error;
    const detail = `${typed.message}${typed.hint === undefined ? "" : ` ${typed.hint}`}`;
    return { type: "result:refused", reason: "forge_refused", detail };
  }
}

async function open({ deps }: HandlerContext<"pull:open">, { task, forge, settings }: Opening): Promise<PullRequest> {
  const { branch, base, attempt } = task.result;
  const record = await deps.store.attempt({ project: task.project, id: task.id, attempt });
  const receipts = await deps.store.receipts({ project: task.project, id: task.id, attempt });
  const { title, body, draft } = pullWords({ task, attempt: record, receipts, settings });
  const there = await forge.pullRequest(branch);
  if (there?.state !== "open") return forge.openPullRequest({ branch, base, title, body, draft });
  if (there.author.id === (await forge.self()).id) await forge.editPullRequest({ number: there.number, body });
  return there;
}
