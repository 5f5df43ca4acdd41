import { issueNumberOf, taskKey, type CommitSha, type ForgeComment, type Task } from "@orch/core";
import { verifyMarker } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { isSelf, placeOfMarks, type Site } from "./site.ts";

const MOST_EVENTS = 10_000;

/** A result with the attempt that came to it, and when that ended by orch's clock. */
interface Shown {
  readonly attempt: number;
  readonly commit: CommitSha;
  readonly endedAt: number;
}

/**
 * The result of a task that was to be seen when somebody wrote a comment; undefined: there was none. A result is shown by
 * orch's comment about its attempt, and which of the two was there first, the forge says with its own clock: orch's may
 * be another. Where it shows none, the end of the attempt counts. What no attempt made was there before orch knew of it.
 */
export async function shownBefore(
  { store }: Pick<EngineDeps, "store">,
  { site, task, comment }: { readonly site: Site; readonly task: Task; readonly comment: ForgeComment },
): Promise<CommitSha | undefined> {
  const { result } = "result" in task ? task : {};
  if (result === undefined || result.attempt === 0) return result?.commit;
  const { project, id } = task;
  const told = await toldResults(site, task);
  const isSeen = ({ attempt, endedAt }: Shown): boolean => {
    const showing = told.get(attempt);
    return showing === undefined ? endedAt <= comment.createdAt : isBefore(showing, comment);
  };
  const { endedAt = task.updatedAt } = (await store.attempt({ project, id, attempt: result.attempt })) ?? {};
  if (isSeen({ ...result, endedAt })) return result.commit;
  const events = await store.events({ task: { project, id }, after: 0, limit: MOST_EVENTS });
  const results = events.flatMap(({ event, at }) =>
    event.type === "attempt:finished" && event.result !== undefined ? [{ ...event.result, endedAt: at }] : [],
  );
  return results.findLast((each) => each.attempt !== result.attempt && isSeen(each))?.commit;
}

/** Orch's own comments about the attempts of a task: a mark may be copied, also into a comment of before. */
async function toldResults({ forge, key }: Site, task: Task): Promise<ReadonlyMap<number, ForgeComment>> {
  const thread = issueNumberOf(task);
  const told = new Map<number, ForgeComment>();
  if (thread === undefined) return told;
  const beginning = `${taskKey(task)}/`;
  for (const comment of await forge.comments(thread)) {
    if (!(await isSelf(forge, comment.author))) continue;
    for (const { kind, subject } of verifyMarker(comment.body, { key, place: placeOfMarks(forge, thread) })) {
      const attempt = subject.startsWith(beginning) ? Number(subject.slice(beginning.length)) : Number.NaN;
      if (kind === "agent-response" && !told.has(attempt)) told.set(attempt, comment);
    }
  }
  return told;
}

/** Of two comments of one second, the one with the smaller number came first. */
function isBefore(one: ForgeComment, other: ForgeComment): boolean {
  return one.createdAt === other.createdAt ? one.id < other.id : one.createdAt < other.createdAt;
}
