import {
  isOrchError,
  mayMerge,
  orchError,
  taskKey,
  type Attempt,
  type Forge,
  type ForgeMerge,
  type ProjectSettings,
  type PullFacts,
  type Task,
  type TaskEvent,
} from "@orch/core";
import { mayWrite } from "@orch/forge";

import { seeOrFollowUp, type PullSight } from "../forge/follow-ups.ts";
import { ifIssueGone } from "../forge/gone-issues.ts";
import { mergeWords } from "../forge/pull-words.ts";
import { knowsOfGate, resultGate } from "../forge/result-gate.ts";
import { hearAll } from "../forge/take-changes.ts";
import { moveTask } from "../move-task.ts";
import { isProven } from "../proof.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/** So often a base may move at the moment of the merge. */
const MOST_TRIES = 8;

type InReview = Extract<Task, { status: "in_review" }>;

/** Merges a task's pull request after looking at everything once more, in the same moment (law 6). */
export async function mergePull(context: HandlerContext<"pull:merge">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  const forge = deps.forges?.of(effect.task.project);
  if (task?.status !== "in_review" || task.version !== effect.round || forge === undefined) return settleDone(context);
  await hearAll(deps, { forge, task });
  // What was said or shown a moment ago moved it, and planned what follows.
  if ((await deps.store.task(task))?.version !== task.version) return settleDone(context);
  const look = await seeOrFollowUp({ deps, forge, task });
  const event = look === undefined ? gone() : await decide(context, { task, forge, look });
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

interface Merging {
  readonly task: InReview;
  readonly forge: Forge;
  readonly look: PullSight;
}

async function decide(context: HandlerContext<"pull:merge">, { task, forge, look }: Merging): Promise<TaskEvent> {
  const { deps } = context;
  const { facts, feedback, followUps } = look;
  const seen = { type: "pull:seen", ...look } as const;
  const project = deps.projects.get(task.project);
  if (project?.forge === undefined) return refusal("The project is not configured any more.");
  // What an earlier orch left is not brought up to date: nothing would come of looking at it again.
  const isOld = facts.behind && task.result.attempt !== 0;
  const isReady = !isOld && mayMerge({ ...task, seen: facts }, project.policy);
  if (feedback !== undefined || followUps !== undefined || !isReady) return seen;
  if (!(await isProven(deps.store, task))) return refusal("The receipts do not prove this commit.");
  const attempt = await deps.store.attempt({ project: task.project, id: task.id, attempt: task.result.attempt });
  if (attempt === undefined) return refusal("There is no record of the attempt.");
  const unmet = await gateRefusal(context, { task, attempt, project });
  if (unmet !== undefined) return unmet;
  const gone = (await ifIssueGone(forge, task)) ?? (await unlessMayApprove(forge, task));
  if (gone !== undefined) return gone;
  const words = await mergeWords(deps, { task, attempt, project, settings: project.forge });
  return tryMerge(context, { task, forge, look }, words);
}

/** Merges in a way that the branch allows. What it refuses by rules that can be read by now is waited for. */
async function tryMerge(
  { deps, lease }: HandlerContext<"pull:merge">,
  { task, forge, look }: Merging,
  words: Awaited<ReturnType<typeof mergeWords>>,
): Promise<TaskEvent> {
  const { methods } = await forge.rules(task.result.base);
  // Where none is allowed, the forge says so better.
  const method = [words.method, ...methods].find((way) => methods.includes(way)) ?? words.method;
  const { number } = task.pull ?? { number: 0 };
  const request = { number, expected: task.result.commit, ...words, method };
  const merged = await mergeOrGiveUp({ forge, facts: look.facts }, request);
  if (merged.kind === "merged") return { type: "result:merged", mergeCommit: merged.commit };
  const now = merged.why === "blocked" ? await seeOrFollowUp({ deps, forge, task }) : undefined;
  if (now?.facts.missing !== undefined) return { type: "pull:seen", ...now };
  // Told over and over, it is for a person (law 12).
  const isLast = lease.tries >= MOST_TRIES;
  return afterRefusal(merged.why === "moving" && isLast ? { ...merged, why: "blocked" } : merged, {
    type: "pull:seen",
    ...look,
  });
}

/** Whoever wished the merge may write at this moment as well (law 6). Undefined: they may, or said so on this machine. */
async function unlessMayApprove(forge: Forge, { approval, result }: InReview): Promise<TaskEvent | undefined> {
  const login = approval?.commit === result.commit ? /^github:(.+)$/.exec(approval.by)?.[1] : undefined;
  if (login === undefined || mayWrite(await forge.roleOf(login))) return undefined;
  return { ...refusal(`${login} wished it, and may not write to the repository any more.`), voids: true };
}

/** An attempt after the pull request was opened may be less than its first one. Undefined: nothing is held back. */
async function gateRefusal(
  { deps }: HandlerContext<"pull:merge">,
  judged: { readonly task: InReview; readonly attempt: Attempt; readonly project: ProjectSettings },
): Promise<TaskEvent | undefined> {
  const { task, attempt } = judged;
  if (knowsOfGate(task)) return undefined;
  const receipts = await deps.store.receipts({ project: task.project, id: task.id, attempt: attempt.attempt });
  const { blocks, failed } = resultGate({ ...judged, receipts });
  return blocks ? { type: "result:refused", reason: "gate_failed", detail: failed.join(", ") } : undefined;
}

/** A right that the token lacks does not come by asking again: then a person has to merge. */
async function mergeOrGiveUp(
  { forge, facts }: { readonly forge: Forge; readonly facts: PullFacts },
  request: Parameters<Forge["merge"]>[0],
): Promise<ForgeMerge> {
  try {
    // It is orch's own draft: whoever wishes it to be merged has looked at it.
    if (facts.draft) await forge.markReady(request.number);
    return await forge.merge(request);
  } catch (error) {
    if (!isOrchError(error, "forge_denied")) throw error;
    return { kind: "refused", why: "blocked", detail: [error.message, error.hint ?? ""].join(" ").trim() };
  }
}

/** What the forge will not merge as it is was seen differently a moment ago; what its rules forbid is for a person. */
function afterRefusal(
  { why, detail }: Extract<ForgeMerge, { kind: "refused" }>,
  seen: Extract<TaskEvent, { type: "pull:seen" }>,
): TaskEvent {
  if (why === "blocked") return { ...refusal(detail), facts: seen.facts };
  if (why === "behind") return { ...seen, facts: { ...seen.facts, behind: true } };
  if (why === "conflict") return { ...seen, facts: { ...seen.facts, mergeable: "conflict" } };
  throw orchError("conflict", `the pull request changed at the moment of its merge: ${detail}`);
}

function gone(): TaskEvent {
  return refusal("The pull request is not there any more.");
}

function refusal(detail: string): Extract<TaskEvent, { type: "result:refused" }> {
  return { type: "result:refused", reason: "merge_refused", detail };
}
