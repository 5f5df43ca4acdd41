import { approve, settleReview } from "./advance-forge.ts";
import { baseOf, type Step } from "./advance-moves.ts";
import { contentOf, type ApprovalToken } from "./approval-tokens.ts";
import type { TaskPolicy } from "./policy.ts";
import type { TaskEvent } from "./task-event.ts";
import type { BranchResult, Task } from "./task.ts";
import { trustRules } from "./trust.ts";

/** So many tokens of a task are kept; an older one is unknown. */
const MOST_TOKENS = 5;

/** Why a word about a result is refused. */
export interface ApprovalRefusal {
  readonly code: "move_refused" | "token_wrong" | "token_used" | "token_expired" | "token_moved";
  /** One sentence for people. */
  readonly message: string;
}

type Offered = Extract<TaskEvent, { type: "approval:offered" }>;
/** What people say about a result. */
export type ApprovalEvent = Extract<TaskEvent, { type: "merge:requested" | "approval:given" }> | Offered;

/** Why a task can't take what is said about its result; undefined: it can, or nothing of that kind is said. */
export function refuseApproval(
  task: Task,
  { event, policy }: { readonly event: TaskEvent; readonly policy: TaskPolicy },
): ApprovalRefusal | undefined {
  switch (event.type) {
    case "merge:requested":
      return refuseMerge(task, event);
    case "review:requested":
      return refuseReview(task);
    case "approval:offered":
      return refuseOffer(task, { event, policy });
    default:
      return undefined;
  }
}

/** What follows from what a person says about a result. */
export function advanceApproval(
  task: Task,
  { event, policy }: { readonly event: ApprovalEvent; readonly policy: TaskPolicy },
): Step {
  if (event.type === "merge:requested") return requestMerge(task, { by: event.by, policy });
  const known = task.tokens ?? [];
  if (event.type === "approval:given") {
    const tokens = known.map((token) => (token.hash === event.hash ? { ...token, usedBy: event.by } : token));
    return requestMerge({ ...task, tokens }, { by: event.by, policy, pastGate: event.pastGate === true });
  }
  const { hash, commit, content, expiresAt } = event;
  const offered: Task = { ...task, tokens: [...known, { hash, commit, content, expiresAt }].slice(-MOST_TOKENS) };
  // Each move of a task in review plans anew what it waits for.
  return offered.status === "in_review" ? settleReview(offered, policy) : { task: offered, effects: [] };
}

const noResult: ApprovalRefusal = { code: "move_refused", message: "There is no checked result." };

/** An agent reviews what an attempt made, with what the attempt tells of it. */
function refuseReview(task: Task): ApprovalRefusal | undefined {
  const result = resultOf(task);
  if (result === undefined) return noResult;
  if (result.attempt > 0) return undefined;
  return { code: "move_refused", message: "No attempt made what is there, so no agent can review it." };
}

/** A word about a commit is none about the one that came after it (law 6). */
function refuseMerge(
  task: Task,
  { commit }: Extract<TaskEvent, { type: "merge:requested" }>,
): ApprovalRefusal | undefined {
  const result = resultOf(task);
  if (result === undefined) return noResult;
  if (commit === undefined || commit === result.commit) return undefined;
  const [said, now] = [commit, result.commit].map((name) => name.slice(0, 12));
  return { code: "move_refused", message: `The result was ${said} when that was said, and is ${now} now.` };
}

function resultOf(task: Task): BranchResult | undefined {
  return task.status === "in_review" || task.status === "needs_review" ? task.result : undefined;
}

function refuseOffer(
  task: Task,
  { event, policy }: { readonly event: Offered; readonly policy: TaskPolicy },
): ApprovalRefusal | undefined {
  const result = resultOf(task);
  if (result === undefined) return noResult;
  if (task.status === "in_review" && task.approval?.commit === result.commit) {
    return { code: "move_refused", message: `${task.approval.by} has approved it already.` };
  }
  if (task.status === "in_review" && policy.forge === undefined && mergesAtOnce(task, policy)) {
    return { code: "move_refused", message: "It is merged without anybody's word." };
  }
  return event.content === contentOf(task, result) ? undefined : moved;
}

/** Without a forge such a result is on its way into its base already. */
function mergesAtOnce(task: Extract<Task, { status: "in_review" }>, policy: TaskPolicy): boolean {
  const { checks, unconfined } = task.result;
  return policy.merge === "auto" && checks > 0 && unconfined !== true && trustRules(task).mergesAlone;
}

const moved: ApprovalRefusal = { code: "token_moved", message: "What was shown is not the task's result any more." };

/** Why a token is refused, in any state of its task; undefined: it is good, or none is given. */
export function refuseToken(
  task: Task,
  { event, now }: { readonly event: TaskEvent; readonly now: number },
): ApprovalRefusal | undefined {
  if (event.type !== "approval:given") return undefined;
  const token: ApprovalToken | undefined = task.tokens?.find(({ hash }) => hash === event.hash);
  if (token === undefined) return { code: "token_wrong", message: "That is no token of this task." };
  if (token.usedBy !== undefined) return { code: "token_used", message: `${token.usedBy} has used that token.` };
  if (token.expiresAt <= now && event.pastExpiry !== true)
    return { code: "token_expired", message: "That token is not good any more." };
  const result = resultOf(task);
  if (result === undefined || token.commit !== result.commit) return moved;
  return token.content === contentOf(task, result) ? undefined : moved;
}

interface MergeWish {
  readonly by: string;
  readonly policy: TaskPolicy;
  /** True: the person knows that the result is not done by the definition. */
  readonly pastGate?: boolean;
}

function requestMerge(task: Task, wish: MergeWish): Step {
  if ((task.status !== "in_review" && task.status !== "needs_review") || task.result === undefined) {
    return { task, effects: [] };
  }
  const { result } = task;
  if (wish.policy.forge !== undefined) return approve({ ...task, result }, wish);
  const ref = { project: task.project, id: task.id };
  const effect = { kind: "result:merge", task: ref, round: task.version + 1 } as const;
  const approval = { commit: task.result.commit, by: wish.by };
  return {
    task: { ...baseOf(task), status: "in_review", result: task.result, approval },
    effects: [{ effect, priority: task.priority }],
  };
}
