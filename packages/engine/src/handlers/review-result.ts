import { taskKey, type ReviewReply, type Task, type TaskEvent } from "@orch/core";
import { reviewMark } from "@orch/forge";

import { reviewNotes, reviewToPost } from "../forge/review-words.ts";
import { markerOf, siteOf, type Site } from "../forge/site.ts";
import { questionMeasures } from "../measures.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

type InReview = Extract<Task, { status: "in_review" }>;

const MOST_TRIES = 3;
const AGAIN_MS = 60_000;

/** Has an agent look at a result, shows its review on the forge, and moves the task by it (seed rows A104–A110). */
export async function reviewResult(context: HandlerContext<"review:run">): Promise<void> {
  const { deps, effect } = context;
  const task = await deps.store.task(effect.task);
  if (task?.status !== "in_review" || task.result.commit !== effect.commit) return settleDone(context);
  if (task.reviewed?.commit === effect.commit) return settleDone(context);
  const reply = await ask(context, task);
  if (context.signal.aborted) return;
  if (reply.kind === "failed" && context.lease.tries < MOST_TRIES) return askLater(context, { task, reply });
  await conclude(context, { task, reply });
}

async function ask({ deps, signal }: HandlerContext<"review:run">, task: InReview): Promise<ReviewReply> {
  const project = deps.projects.get(task.project);
  const ref = { project: task.project, id: task.id, attempt: task.result.attempt };
  const attempt = await deps.store.attempt(ref);
  if (deps.reviewer === undefined || project === undefined || attempt === undefined) {
    return { kind: "failed", why: "There is nobody to ask." };
  }
  const receipts = await deps.store.receipts(ref);
  return deps.reviewer({ task, project, attempt, receipts, signal });
}

interface Asked {
  readonly task: InReview;
  readonly reply: ReviewReply;
}

async function askLater(
  { deps, lease }: HandlerContext<"review:run">,
  { task, reply }: { readonly task: InReview; readonly reply: Extract<ReviewReply, { kind: "failed" }> },
): Promise<void> {
  deps.logger.warn({ task: taskKey(task), why: reply.why }, "a review came to nothing and will be asked for again");
  const notBefore = deps.clock.now() + AGAIN_MS * lease.tries;
  await deps.store.commit({
    holding: lease,
    settle: { as: "retry", notBefore, error: reply.why },
    writes: spent(deps.clock.now(), { task, reply }),
  });
}

async function conclude(context: HandlerContext<"review:run">, asked: Asked): Promise<void> {
  const { deps, effect, lease } = context;
  const { task, reply } = asked;
  const site = siteOf(deps, task.project);
  if (reply.kind === "review" && site !== undefined) await post(site, { task, reply });
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: eventOf(asked),
    key: `${taskKey(effect.task)} review ${effect.commit} ${effect.round}`,
    actor: reply.kind === "review" ? `agent:${reply.by}` : "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: () => spent(deps.clock.now(), asked),
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

function eventOf({ task, reply }: Asked): TaskEvent {
  if (reply.kind === "failed") return { type: "result:refused", reason: "review_unavailable", detail: reply.why };
  const { by, review } = reply;
  return {
    type: "review:given",
    commit: task.result.commit,
    by,
    decision: review.decision,
    notes: reviewNotes(review),
  };
}

async function post(
  site: Site,
  { task, reply }: { readonly task: InReview; readonly reply: Extract<ReviewReply, { kind: "review" }> },
): Promise<void> {
  if (task.pull === undefined) return;
  const { number } = task.pull;
  const { commit } = task.result;
  const marker = markerOf(site, reviewMark(number, commit), number);
  await site.forge.submitReview({ number, commit, marker, ...reviewToPost(task, reply) });
}

function spent(now: number, { task, reply }: Asked): ReturnType<typeof questionMeasures> {
  const { usage, by, model } = reply;
  if (usage === undefined || by === undefined) return [];
  const asked = { agent: by, ...(model === undefined ? {} : { model }) };
  return questionMeasures(usage, { task, asked, now, purpose: "review" });
}
