import {
  isOrchError,
  listensToPull,
  taskKey,
  type CommitSha,
  type Feedback,
  type Forge,
  type ForgeChecks,
  type Heard,
  type Listening,
  type PullFacts,
  type PullRequest,
  type PullReview,
  type Task,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { failedChecks, reviewWords, weighReviews, type WeighedReviews } from "./feedback.ts";
import { missingForMerge, type KnownOfPull } from "./missing.ts";
import { isOwn, siteOf } from "./site.ts";

const NOTHING_HEARD: Heard = { review: 0, comment: 0 };

/** A pull request as it is now, and what it asks for that was not acted on yet. */
export interface PullLook {
  /** The number of the pull request. */
  readonly number: number;
  /** The task's result when the look began; absent: it had none. */
  readonly result?: CommitSha;
  /** The head is what an earlier attempt made: the result is not in it. */
  readonly outdated?: true;
  readonly facts: PullFacts;
  readonly feedback?: Feedback;
  /** The people's reviews that the feedback is made of, where it is of that kind. */
  readonly asked?: readonly PullReview[];
}

/** A task whose pull request says what becomes of it. */
export type Following = Extract<Task, { status: "in_review" }> | Listening;

/** Who looks, where, and at which task's pull request. */
export interface Looking {
  readonly deps: EngineDeps;
  readonly forge: Forge;
  readonly task: Task;
}

/** Looks at a task's pull request on its forge. Undefined: there is none. Throws what the forge throws. */
export async function lookAtPull(looking: Looking): Promise<PullLook | undefined> {
  const { forge, task } = looking;
  if (task.pull === undefined) return undefined;
  const pull = await forge.pullRequestBy(task.pull.number);
  if (pull === undefined) return undefined;
  // Whatever else is to be seen of one that is over changes nothing.
  if (pull.state !== "open" || !followsPull(task)) {
    const facts = factsOf(pull, NOTHING_SEEN);
    return { number: pull.number, facts, ...((await isOutdated(looking, pull)) ? { outdated: true } : {}) };
  }
  const checks = await forge.checks(pull.head);
  const given = await forge.reviews(pull.number);
  const reviews = weighReviews(given, {
    head: pull.head,
    heard: task.heard ?? NOTHING_HEARD,
    own: await ownReviews(looking, { number: pull.number, reviews: given }),
    mayDecide: await deciders(forge, given),
  });
  const { decision, approvals } = reviews;
  const times = await counted(looking, { task, pull, checks });
  const missing = await missingSince(looking, { pull, checks, approvals, countedAt: times.countedAt });
  const facts = factsOf(pull, { checks: checks.state, ...times, decision, approvals, ...missing });
  const feedback =
    pull.head === task.result.commit ? await wanted(looking, { task, pull, checks, reviews }) : undefined;
  const look = { number: pull.number, facts, result: task.result.commit };
  if (feedback === undefined) return look;
  return feedback.kind === "review" ? { ...look, feedback, asked: reviews.asking } : { ...look, feedback };
}

/** Whether a head is what an attempt before the present result made, and people may have merged without it. */
async function isOutdated({ deps, task }: Looking, { head }: PullRequest): Promise<boolean> {
  const result = "result" in task ? task.result : undefined;
  if (result === undefined || result.commit === head) return false;
  const attempts = await deps.store.attempts(task);
  return attempts.some(({ attempt, commit }) => attempt < result.attempt && commit === head);
}

const NOTHING_SEEN = { checks: "none", quiet: false, decision: "none" } as const;

/** Whether what happens at a task's pull request moves the task, besides a merge. */
export function followsPull(task: Task): task is Following {
  return task.status === "in_review" || listensToPull(task);
}

type Known = Pick<PullFacts, "checks" | "quiet" | "decision" | "approvals" | "checkCount" | "countedAt" | "missing">;

function factsOf(pull: PullRequest, known: Known): PullFacts {
  const { head, base, state, mergeable, behind, draft, blocked, mergeCommit } = pull;
  return {
    head,
    base,
    state,
    mergeable,
    behind,
    draft,
    ...known,
    ...(blocked === undefined ? {} : { blocked }),
    ...(mergeCommit === undefined ? {} : { mergeCommit }),
  };
}

/** Which people reviewed and may write at this moment; each is asked about once. What programs say is nobody's word. */
async function deciders(forge: Forge, reviews: readonly PullReview[]): Promise<(login: string) => boolean> {
  const logins = new Set(reviews.flatMap(({ author }) => (author.isBot ? [] : [author.login])));
  const roles = await Promise.all([...logins].map(async (login) => [login, await forge.roleOf(login)] as const));
  const may = new Set(roles.flatMap(([login, role]) => (WRITERS.has(role) ? [login] : [])));
  return (login) => may.has(login);
}

/** Whoever orch speaks as may review as well: what is orch's own has its mark. */
async function ownReviews(
  { deps, forge, task }: Looking,
  { number, reviews }: { readonly number: number; readonly reviews: readonly PullReview[] },
): Promise<ReadonlySet<number>> {
  const site = siteOf(deps, task.project);
  if (site === undefined) return new Set();
  const own = await Promise.all(reviews.map((review) => isOwn({ ...site, forge }, { ...review, thread: number })));
  return new Set(reviews.filter((_, index) => own[index] === true).map(({ id }) => id));
}

const WRITERS: ReadonlySet<string> = new Set(["admin", "maintain", "write"]);

interface Checked {
  readonly task: Following;
  readonly pull: PullRequest;
  readonly checks: ForgeChecks;
}

/** How many checks there are and since when, and whether the next one has had its time to come. */
async function counted(
  { deps }: Looking,
  { task, pull, checks }: Checked,
): Promise<{ readonly checkCount: number; readonly countedAt: number; readonly quiet: boolean }> {
  const checkCount = checks.checks.length;
  const { seen } = task;
  const isKnown = seen?.head === pull.head && seen.checkCount === checkCount;
  const countedAt = (isKnown ? seen.countedAt : undefined) ?? (await firstSeen(deps, { task, checkCount }));
  const isOpen = checks.state === "pending" || checks.state === "failing";
  const waitMs = deps.projects.get(task.project)?.forge?.pull.checksWaitMs ?? 0;
  return { checkCount, countedAt, quiet: !isOpen && deps.clock.now() - countedAt >= waitMs };
}

/** What the rules of its base ask for and is not there, and whether the checks among it stayed away for too long. */
async function missingSince(
  { deps, forge, task }: Looking,
  known: KnownOfPull & { readonly countedAt: number },
): Promise<Pick<PullFacts, "missing">> {
  const missing = await missingForMerge(forge, known);
  if (missing === undefined) return {};
  const waitMs = deps.projects.get(task.project)?.forge?.pull.requiredWaitMs ?? Number.POSITIVE_INFINITY;
  const isLate = missing.checks.length > 0 && deps.clock.now() - known.countedAt >= waitMs;
  return { missing: isLate ? { ...missing, overdue: true } : missing };
}

/** Where there is no check, the time since the commit was there counts. */
async function firstSeen(
  { clock, store }: EngineDeps,
  { task, checkCount }: { readonly task: Following; readonly checkCount: number },
): Promise<number> {
  if (checkCount > 0) return clock.now();
  const attempt = await store.attempt({ project: task.project, id: task.id, attempt: task.result.attempt });
  return attempt?.endedAt ?? clock.now();
}

interface Seen extends Checked {
  readonly reviews: WeighedReviews;
}

/** What work is asked for: by people first, then by checks. */
async function wanted(looking: Looking, seen: Seen): Promise<Feedback | undefined> {
  const { task, pull, checks, reviews } = seen;
  const { deps } = looking;
  const heard: Heard = { ...(task.heard ?? NOTHING_HEARD), ...reviews.heard };
  const record = await deps.store.attempt({ project: task.project, id: task.id, attempt: task.result.attempt });
  const whose = record === undefined ? {} : { agent: record.assignment.agent };
  if (reviews.asking.length > 0) {
    const from = `github:${reviews.asking[0]?.author.login ?? ""}`;
    return { kind: "review", from, text: reviewWords(reviews.asking), heard, ...whose };
  }
  if (checks.state === "failing" && task.heard?.failed !== pull.head) {
    if (await triedAgain(looking, { task, head: pull.head })) return undefined;
    const text = await failedChecks(looking.forge, { checks, head: pull.head });
    return { kind: "checks", from: "engine", text, heard: { ...heard, failed: pull.head }, ...whose };
  }
  return undefined;
}

/**
 * Failed jobs run again once per commit: some fail now and then. True while that may still help, also while a run goes
 * on: none of its jobs can run again before its end.
 */
async function triedAgain(
  { deps, forge }: Looking,
  { task, head }: { readonly task: Following; readonly head: CommitSha },
): Promise<boolean> {
  const name = `rerun ${taskKey(task)}`;
  const before = await deps.store.cursor(name);
  try {
    if ((await forge.runsGoingOn(head)) > 0) return true;
    if (before === head || (await forge.rerunFailed(head)) === 0) return false;
  } catch (error) {
    // Who may not run them again goes by what they said.
    if (isOrchError(error, "forge_denied")) return false;
    throw error;
  }
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: head }] });
  return true;
}
