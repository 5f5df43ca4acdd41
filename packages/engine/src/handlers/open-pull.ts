import {
  asOrchError,
  orchError,
  taskKey,
  type ProjectSettings,
  type PullRequest,
  type Task,
  type TaskEvent,
} from "@orch/core";
import { renewedText } from "@orch/forge";

import { pullWords } from "../forge/pull-words.ts";
import { knowsOfGate } from "../forge/result-gate.ts";
import { seePull } from "../forge/see-pull.ts";
import { siteOf, type Site } from "../forge/site.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

type InReview = Extract<Task, { status: "in_review" }>;

/**
 * Opens the pull request of a published result; one that is there is taken up and its text brought up to date, as far as it is orch's. What the
 * forge takes for wrong goes to a person; what may pass is tried again.
 */
export async function openPull(context: HandlerContext<"pull:open">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  const site = siteOf(deps, effect.task.project);
  const project = deps.projects.get(effect.task.project);
  if (task?.status !== "in_review" || site === undefined || project === undefined) return settleDone(context);
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: await openOrRefuse(context, { task, site, project }),
    key: `${taskKey(effect.task)} pull ${effect.round}`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
  if (moved.kind === "moved") await lookOnce(context, { task: moved.task, site });
}

/** What happened while the attempt came to its end was told of too early: nobody tells of it again. */
async function lookOnce(
  { deps }: HandlerContext<"pull:open">,
  { task, site }: { readonly task: Task; readonly site: Site },
): Promise<void> {
  try {
    await seePull(deps, { forge: site.forge, task });
  } catch (error) {
    deps.logger.debug({ task: taskKey(task), error: asOrchError(error) }, "a first look failed; the next round looks");
  }
}

interface Opening {
  readonly task: InReview;
  readonly site: Site;
  readonly project: ProjectSettings;
}

async function openOrRefuse(context: HandlerContext<"pull:open">, opening: Opening): Promise<TaskEvent> {
  try {
    return await open(context, opening);
  } catch (error) {
    const typed = asOrchError(error);
    if (typed.retryable) throw error;
    const detail = `${typed.message}${typed.hint === undefined ? "" : ` ${typed.hint}`}`;
    return { type: "result:refused", reason: "forge_refused", detail };
  }
}

async function open({ deps }: HandlerContext<"pull:open">, { task, site, project }: Opening): Promise<TaskEvent> {
  const { forge, settings } = site;
  const { branch, base, attempt } = task.result;
  const ref = { project: task.project, id: task.id, attempt };
  const record = await deps.store.attempt(ref);
  if (record === undefined) throw orchError("internal", `there is no record of ${taskKey(task)}/${attempt}`);
  const receipts = await deps.store.receipts(ref);
  const words = await pullWords(deps, { task, attempt: record, receipts, project, settings });
  const { title, body, draft, gate } = words;
  if (gate.blocks && !knowsOfGate(task))
    return { type: "result:refused", reason: "gate_failed", detail: gate.failed.join(", ") };
  const there = await forge.pullRequest(branch);
  if (there?.state !== "open") return opened(await forge.openPullRequest({ branch, base, title, body, draft }), draft);
  const isOwn = there.author.id === (await forge.self()).id;
  const text = isOwn ? renewedText(there.body, body) : there.body;
  if (text !== there.body) await forge.editPullRequest({ number: there.number, body: text });
  return opened(there, isOwn && draft);
}

/** `asDraft`: orch itself wanted it to be one. */
function opened({ number, url, head, draft }: PullRequest, asDraft: boolean): TaskEvent {
  const pull = { number, url, ...(draft && asDraft ? { draft: true as const } : {}) };
  return { type: "pull:opened", pull, head };
}
