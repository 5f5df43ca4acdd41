import {
  listensToPull,
  mayMerge,
  taskKey,
  trustRules,
  type CommitSha,
  type StoredEvent,
  type Task,
  type TaskPolicy,
} from "@orch/core";

import type { MemoryForge } from "../forge/memory-forge.ts";
import { meetsRules } from "../forge/memory-pulls.ts";
import type { PullRecord } from "../forge/memory-state.ts";
import type { World } from "./world.ts";

/** What merges are judged by. */
export interface MergeCase {
  readonly forge: MemoryForge;
  readonly policy: TaskPolicy;
  readonly task: Task;
  /** All events, of every task. */
  readonly events: readonly StoredEvent[];
}

/** Whoever orch speaks as merged a pull request, and not a person. */
export function isMergedByOrch(forge: MemoryForge, { pull }: Task): boolean {
  return pull !== undefined && forge.state.pulls.get(pull.number)?.mergedBy?.isBot === true;
}

/** What orch merged itself is the commit that was approved, or one that needs nobody's word. */
export function mergedUnsaid(world: World, judged: MergeCase): readonly string[] {
  const { forge, task } = judged;
  const wrong = misheard(world, judged);
  const pull = forge.state.pulls.get(task.pull?.number ?? 0);
  if (pull === undefined || !isMergedByOrch(forge, task)) return wrong;
  if (task.status !== "done" || task.outcome.kind !== "merged") return wrong;
  const key = taskKey(task);
  if (task.outcome.result.commit !== pull.head)
    return [...wrong, `${key} was merged at another commit than its result`];
  return isSaid(judged, pull) || needsNoWord(judged) ? wrong : [...wrong, `${key} was merged, and nobody said so`];
}

function needsNoWord({ policy, task }: MergeCase): boolean {
  return policy.merge === "auto" && trustRules(task).mergesAlone;
}

/** Whether somebody who may write approved of the head, or wished it to be merged when it was the result. */
function isSaid({ forge, task, events }: MergeCase, { number, head }: PullRecord): boolean {
  const reviews = forge.state.reviews.get(number) ?? [];
  if (reviews.some(({ state, commit, author }) => state === "approved" && commit === head && !author.isBot))
    return true;
  return wishes({ task, events }).some(({ result }) => result === head);
}

interface MergeWish {
  /** The result when it was granted. */
  readonly result: CommitSha | undefined;
  /** The comment that said so, where it was one. */
  readonly comment: number | undefined;
}

/** The wishes to merge a task's result, with the result that each was granted for. */
function wishes({ task, events }: Pick<MergeCase, "task" | "events">): readonly MergeWish[] {
  let result: CommitSha | undefined;
  const found: MergeWish[] = [];
  for (const { id, event, key } of events) {
    if (id !== task.id) continue;
    if (event.type === "attempt:finished" && event.result !== undefined) result = event.result.commit;
    if (event.type === "pull:found") result = event.result.commit;
    if (event.type !== "merge:requested") continue;
    const [, comment] = / comment (\d+) \d+$/.exec(key) ?? [];
    found.push({ result, comment: comment === undefined ? undefined : Number(comment) });
  }
  return found;
}

/** A word below an issue or a pull request counts for the one of orch's commits that was there when it was said. */
function misheard({ saidAt, commits }: World, { task, events }: MergeCase): readonly string[] {
  return wishes({ task, events }).flatMap(({ result, comment = 0 }) => {
    const said = saidAt.get(comment);
    const isOwn = said !== undefined && commits.get(said)?.by !== undefined;
    if (!isOwn || said === result) return [];
    return [`${taskKey(task)}: ${comment} was said of another commit than it was heard of`];
  });
}

/** What is in review was seen as it is, and waits for something that has not come. */
export function waitsForNothing({ forge, policy, task }: MergeCase): readonly string[] {
  const key = taskKey(task);
  const pull = forge.state.pulls.get(task.pull?.number ?? 0);
  if (pull === undefined || pull.state === "merged") return [];
  if (task.status === "in_review") {
    const wrong = isSeen(task, pull) ? [] : [`${key} has not seen its pull request`];
    return mayMerge(task, policy) ? [...wrong, `${key} could be merged, and is not`] : wrong;
  }
  if (!listensToPull(task) || task.reason !== "merge_refused") return [];
  return task.seen?.blocked === true && meetsRules(forge.state, pull)
    ? [`${key} was refused, and could be merged now`]
    : [];
}

function isSeen({ seen }: Extract<Task, { status: "in_review" }>, { draft, head }: PullRecord): boolean {
  return seen?.draft === draft && seen.head === head;
}

/** Through a fork nothing of orch's comes into the repository itself. */
export function pushedUpstream({ state }: MemoryForge): readonly string[] {
  if (state.heads === state.git) return [];
  const strays = [...state.git.branches().keys()].filter((name) => name !== "main");
  return strays.map((name) => `${name} was pushed to the repository itself`);
}

/** What reviews became tasks of its own, became one each. */
export function followedUpTwice(tasks: readonly Task[]): readonly string[] {
  const ids = tasks.flatMap(({ source }) => (source.kind === "review" ? [source.id ?? ""] : []));
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} became two tasks`);
}
