import {
  taskKey,
  verdictOf,
  type BudgetCap,
  type DomainWrite,
  type ReviewReply,
  type Store,
  type Task,
  type TaskEvent,
} from "@orch/core";

import { restAfterQuestion } from "../cooldowns.ts";
import type { EngineDeps } from "../deps.ts";
import { reviewNotes, reviewToPost } from "../forge/review-words.ts";
import { questionMeasures } from "../measures.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

type InReview = Extract<Task, { status: "in_review" }>;

const MOST_TRIES = 3;
const AGAIN_MS = 60_000;

/**
 * Has an agent look at a result, and moves the task by its review, which is shown after that: what is shown has counted
 * (seed rows A104–A110).
 */
export async function reviewResult(context: HandlerContext<"review:run">): Promise<void> {
  const { deps, effect } = context;
  const task = await deps.store.task(effect.task);
  if (task?.status !== "in_review" || task.result.commit !== effect.commit) return settleDone(context);
  if (task.reviewed?.commit === effect.commit) return settleDone(context);
  const reply = await ask(context, task);
  if (context.signal.aborted) return;
  const mayHelp = reply.kind === "failed" && reply.fault !== "budget";
  if (mayHelp && context.lease.tries < MOST_TRIES) return askLater(context, { task, reply });
  await conclude(context, { task, reply });
}

async function ask({ deps, signal }: HandlerContext<"review:run">, task: InReview): Promise<ReviewReply> {
  const project = deps.projects.get(task.project);
  const ref = { project: task.project, id: task.id, attempt: task.result.attempt };
  const attempt = await deps.store.attempt(ref);
  if (deps.reviewer === undefined || project === undefined || attempt === undefined) {
    return { kind: "failed", why: "There is nobody to ask." };
  }
  const limits = await leftOf(deps.store, { task, cap: project.budgets?.task ?? {} });
  if ((limits.tokens ?? 1) <= 0 || (limits.usd ?? 1) <= 0) {
    return { kind: "failed", fault: "budget", why: "The task's budget is used up." };
  }
  const receipts = await deps.store.receipts(ref);
  return deps.reviewer({ task, project, attempt, receipts, limits, signal });
}

/** What a task's budget has left after all that its attempts, questions and reviews took. */
async function leftOf(
  store: Store,
  { task, cap }: { readonly task: Task; readonly cap: BudgetCap },
): Promise<BudgetCap> {
  const left = async (name: string, most: number | undefined): Promise<number | undefined> => {
    if (most === undefined) return undefined;
    const rows = await store.metrics({ name, since: 0 });
    const own = rows.filter(({ dims }) => dims["project"] === task.project && dims["task"] === task.id);
    return own.reduce((sum, row) => sum - row.sum, most);
  };
  const [tokens, usd] = [await left("counted_tokens", cap.tokens), await left("cost_usd", cap.usd)];
  return { ...(tokens === undefined ? {} : { tokens }), ...(usd === undefined ? {} : { usd }) };
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
    writes: await learnt(deps, { task, reply }),
  });
}

async function conclude(context: HandlerContext<"review:run">, asked: Asked): Promise<void> {
  const { deps, effect, lease } = context;
  const { reply } = asked;
  const writes = await learnt(deps, asked);
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: eventOf(asked),
    key: `${taskKey(effect.task)} review ${effect.commit} ${effect.round}`,
    actor: reply.kind === "review" ? `agent:${reply.by}` : "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: () => writes,
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

function eventOf({ task, reply }: Asked): TaskEvent {
  if (reply.kind === "failed") return { type: "result:refused", reason: "review_unavailable", detail: reply.why };
  const { by, review } = reply;
  const shown = reviewToPost(task, reply);
  return {
    type: "review:given",
    commit: task.result.commit,
    by,
    decision: review.decision,
    notes: reviewNotes(review),
    shown,
  };
}

/** What a review took, and the rest that a service which says no brings the agent that was asked. */
async function learnt(deps: EngineDeps, { task, reply }: Asked): Promise<readonly DomainWrite[]> {
  const { usage, by, model, account } = reply;
  if (by === undefined) return [];
  const now = deps.clock.now();
  const asked = {
    agent: by,
    ...(model === undefined ? {} : { model }),
    ...(account === undefined ? {} : { account }),
  };
  const spent = usage === undefined ? [] : questionMeasures(usage, { task, asked, now, purpose: "review" });
  if (reply.kind === "review" || reply.failure === undefined) return spent;
  const { failure } = reply;
  const verdict = verdictOf(deps.reasonFor(failure), reply.why, failure.retryAt);
  return [...spent, ...(await restAfterQuestion(deps.store, { asked, verdict, now }))];
}
