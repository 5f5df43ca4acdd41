import {
  taskKey,
  verdictOf,
  type BudgetCap,
  type Budgets,
  type DomainWrite,
  type ReviewReply,
  type Store,
  type Task,
  type TaskEvent,
} from "@orch/core";

import { commitAnew } from "../change-cursor.ts";
import { restAfterQuestion } from "../cooldowns.ts";
import type { EngineDeps } from "../deps.ts";
import { reviewNotes, reviewToPost } from "../forge/review-words.ts";
import { questionMeasures } from "../measures.ts";
import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

type InReview = Extract<Task, { status: "in_review" }>;

const MOST_TRIES = 3;
const AGAIN_MS = 60_000;
const DAY_MS = 86_400_000;

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
  const { limits, usedUp } = await leftOf(deps, { task, budgets: project.budgets });
  if (usedUp !== undefined) return { kind: "failed", fault: "budget", why: `${usedUp} is used up.` };
  const receipts = await deps.store.receipts(ref);
  return deps.reviewer({ task, project, attempt, receipts, limits, signal });
}

interface Left {
  /** The least that any of the budgets has left. */
  readonly limits: BudgetCap;
  /** The name of one that has nothing left; absent: all have. */
  readonly usedUp?: string;
}

/** What the budgets have left after all that attempts, questions and reviews took; what still runs is not in it. */
async function leftOf(
  { store, clock }: EngineDeps,
  { task, budgets }: { readonly task: Task; readonly budgets: Budgets | undefined },
): Promise<Left> {
  if (budgets === undefined) return { limits: {} };
  const now = clock.now();
  const scopes: readonly Scope[] = [
    { name: "The task's budget", cap: budgets.task, since: 0, dims: { project: task.project, task: task.id } },
    { name: "The project's budget", cap: budgets.project, since: 0, dims: { project: task.project } },
    { name: "The day's budget", cap: budgets.daily, since: now - (now % DAY_MS), dims: {} },
  ];
  const left: readonly (BudgetCap & { readonly name: string })[] = await Promise.all(
    scopes.map(async (scope) => ({
      name: scope.name,
      ...defined("tokens", await leftIn(store, scope, { metric: "counted_tokens", most: scope.cap.tokens })),
      ...defined("usd", await leftIn(store, scope, { metric: "cost_usd", most: scope.cap.usd })),
    })),
  );
  const usedUp = left.find(({ tokens = 1, usd = 1 }) => tokens <= 0 || usd <= 0)?.name;
  const limits = {
    ...defined("tokens", least(left.map(({ tokens }) => tokens))),
    ...defined("usd", least(left.map(({ usd }) => usd))),
  };
  return { limits, ...(usedUp === undefined ? {} : { usedUp }) };
}

interface Scope {
  readonly name: string;
  readonly cap: BudgetCap;
  readonly since: number;
  readonly dims: Readonly<Record<string, string>>;
}

async function leftIn(
  store: Store,
  { since, dims: wanted }: Scope,
  { metric: name, most }: { readonly metric: string; readonly most: number | undefined },
): Promise<number | undefined> {
  if (most === undefined) return undefined;
  const rows = await store.metrics({ name, since });
  const own = rows.filter(({ dims }) => Object.entries(wanted).every(([key, value]) => dims[key] === value));
  return own.reduce((sum, row) => sum - row.sum, most);
}

function least(figures: readonly (number | undefined)[]): number | undefined {
  const known = figures.filter((figure) => figure !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function defined<Key extends string>(key: Key, value: number | undefined): { readonly [K in Key]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: number });
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
  await commitAnew(deps.store, async () => ({
    holding: lease,
    settle: { as: "retry", notBefore, error: reply.why },
    writes: await learnt(deps, { task, reply }),
  }));
}

async function conclude(context: HandlerContext<"review:run">, asked: Asked): Promise<void> {
  const { deps, effect, lease } = context;
  const { reply } = asked;
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: eventOf(asked),
    key: `${taskKey(effect.task)} review ${effect.commit} ${effect.round}`,
    actor: reply.kind === "review" ? `agent:${reply.by}` : "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: () => learnt(deps, asked),
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
