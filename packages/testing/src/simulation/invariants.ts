import {
  isInternalTask,
  isSettled,
  taskKey,
  type ProjectId,
  type Store,
  type StoredEvent,
  type Task,
  type TaskPolicy,
  type Verdict,
} from "@orch/core";

import { doubled, isMergedThere, lostCalls, shownWrongly } from "./forge-invariants.ts";
import { followedUpTwice, mergedUnsaid, pushedUpstream, waitsForNothing } from "./merge-invariants.ts";
import type { People } from "./people.ts";
import { untold } from "./told-notes.ts";
import type { ForgeLife } from "./world-forge.ts";
import { reviewsApart } from "./world-reviewer.ts";
import type { World } from "./world.ts";

/** What is judged at the end of a run. */
export interface Remains {
  readonly world: World;
  readonly store: Store;
  readonly project: ProjectId;
  readonly policy: TaskPolicy;
  readonly people: People;
  /** What else goes on on the forge, where there is one. */
  readonly around: ForgeLife | undefined;
}

const RESETS: ReadonlySet<string> = new Set([
  "task:created",
  "task:retried",
  "task:unblocked",
  "task:noted",
  "task:reopened",
]);

/** Everything that is wrong with what a run left behind (SECURITY I1 to I8), in words. */
export async function judge(remains: Remains): Promise<readonly string[]> {
  const { world, store, project } = remains;
  const tasks = await store.tasks({ project, limit: 1000 });
  const events = await store.events({ after: 0, limit: 100_000 });
  const wrong = [...world.violations, ...lostWishes(remains, tasks)];
  for (const task of tasks) {
    wrong.push(
      ...(await stuck(remains, task)),
      ...(await records(remains, task)),
      ...(await handedOut(remains, { task, tasks })),
      ...untold(world, { task, events, attempts: await store.attempts(task) }),
      ...tooMany(remains, { task, events, own: await ownAttempts(remains, task) }),
    );
    wrong.push(...results(world, task), ...reviewsApart(world, { task, events }));
    wrong.push(...onForge(remains, { task, events }));
  }
  if (world.forge !== undefined) {
    wrong.push(...doubled(world.forge), ...pushedUpstream(world.forge), ...followedUpTwice(tasks));
    wrong.push(...lostCalls({ calls: remains.around?.calls ?? [], tasks, events }));
  }
  wrong.push(...(await heldPorts(remains, tasks)));
  for (const session of world.sessions.values()) {
    if (session.state === "running") wrong.push(`session ${session.spec.id} was left running`);
  }
  for (const commit of world.commits.values()) {
    const reachable = world.kept.has(commit.id) || [...world.clones.values()].some((clone) => clone.head === commit.id);
    const followed = [...world.commits.values()].some((other) => other.parents.includes(commit.id));
    if (!reachable && !followed && commit.by !== undefined) wrong.push(`commit ${commit.id.slice(-4)} was lost`);
  }
  return wrong;
}

/** Ports come and go with the clone: an attempt that was stopped before it had one may have none. */
async function heldPorts({ store, world }: Remains, tasks: readonly Task[]): Promise<readonly string[]> {
  const held = new Set((await store.portLeases()).map(taskKey));
  return tasks.flatMap((task) => {
    const key = taskKey(task);
    if (isSettled(task.status)) return held.has(key) ? [`${key} has ended and has ports`] : [];
    const hasClone = world.clones.has(`/worktrees/${task.branch}`);
    return hasClone && !held.has(key) ? [`${key} has a clone and no ports`] : [];
  });
}

function onForge(
  { world, policy }: Remains,
  { task, events }: { readonly task: Task; readonly events: readonly StoredEvent[] },
): readonly string[] {
  const { forge } = world;
  if (forge === undefined) return [];
  const judged = { forge, policy, task, events };
  return [...shownWrongly(forge, task), ...mergedUnsaid(world, judged), ...waitsForNothing(judged)];
}

/** Sources of tasks that nobody wished by themselves. */
const OF_OTHERS: ReadonlySet<string> = new Set(["delegation", "mention", "review"]);

function lostWishes(remains: Remains, tasks: readonly Task[]): readonly string[] {
  const ids = new Set(tasks.map((task) => task.id));
  const lost = [...remains.people.acknowledged].filter(([, id]) => !ids.has(id)).map(([key]) => `${key} was lost`);
  const wished = tasks.filter(({ source }) => !OF_OTHERS.has(source.kind));
  const extra = wished.length - remains.people.acknowledged.size;
  return extra > 0 ? [...lost, `${extra} tasks too many`] : lost;
}

async function stuck(remains: Remains, task: Task): Promise<readonly string[]> {
  const key = taskKey(task);
  if (task.status === "new" || task.status === "routed" || task.status === "in_progress") {
    return [`${key} is stuck in ${task.status}`];
  }
  if (task.status !== "blocked") return [];
  if (task.handing !== undefined) return [`${key} waits for parts that nobody opens`];
  const others = await Promise.all(task.waitingFor.map((id) => remains.store.task({ project: task.project, id })));
  const over = others.filter((other) => other === undefined || isSettled(other.status));
  return over.length > 0 ? [`${key} waits for tasks that have ended`] : [];
}

async function records(remains: Remains, task: Task): Promise<readonly string[]> {
  const attempts = await remains.store.attempts(task);
  const wrong = attempts
    .filter((attempt) => attempt.phase !== "finished" || attempt.verdict === undefined)
    .map((attempt) => `${taskKey(task)} attempt ${attempt.attempt} is over, but its record says ${attempt.phase}`);
  return attempts.length === task.lastAttempt
    ? wrong
    : [...wrong, `${taskKey(task)} has ${attempts.length} attempt records`];
}

/** The numbers of the attempts that no agent worked on: what brings a result up to date is no try. */
async function ownAttempts({ store }: Remains, task: Task): Promise<ReadonlySet<number>> {
  const attempts = await store.attempts(task);
  return new Set(attempts.filter(({ updates }) => updates !== undefined).map(({ attempt }) => attempt));
}

const DEEPEST = 3;

function handsOut(verdict: Verdict): boolean {
  return verdict.kind === "retryable" && verdict.reason === "delegated";
}

/** What agents handed out is as many tasks, each once; on a forge each is an issue below its whole. */
async function handedOut(
  remains: Remains,
  { task, tasks }: { readonly task: Task; readonly tasks: readonly Task[] },
): Promise<readonly string[]> {
  const parts = tasks.filter(({ parent }) => parent === task.id);
  const attempts = await remains.store.attempts(task);
  const meant = attempts
    .filter(({ verdict }) => verdict?.kind === "pass" || (verdict !== undefined && handsOut(verdict)))
    .reduce((sum, { report }) => sum + (report?.delegations.length ?? 0), 0);
  const wanted = (task.depth ?? 0) < DEEPEST ? meant : 0;
  const key = taskKey(task);
  const isRight = task.status === "cancelled" ? parts.length <= wanted : parts.length === wanted;
  const wrong = isRight ? [] : [`${key} handed ${wanted} parts out, and has ${parts.length}`];
  if (remains.world.forge === undefined || isInternalTask(task.id)) return wrong;
  const there = remains.world.forge.state.children.get(task.id) ?? [];
  const strays = there.filter((id) => parts.every((each) => each.id !== id));
  return strays.length === 0 || task.status === "cancelled"
    ? wrong
    : [...wrong, `${key} has issues below it that are no tasks`];
}

function tooMany(
  remains: Remains,
  input: { readonly task: Task; readonly events: readonly StoredEvent[]; readonly own: ReadonlySet<number> },
): readonly string[] {
  let attempts = 0;
  const { maxAttempts, forge } = remains.policy;
  // Each round of changes is an attempt of its own: as many as that for reviews, and as many for checks and conflicts.
  const most = maxAttempts + 2 * (forge?.maxReviewCycles ?? 0);
  for (const { id, event } of input.events) {
    if (id !== input.task.id) continue;
    if (RESETS.has(event.type)) attempts = 0;
    if (event.type === "attempt:started" && !input.own.has(event.attempt)) attempts += 1;
    if (event.type === "attempt:finished" && handsOut(event.verdict)) attempts -= 1;
    if (attempts > most) return [`${taskKey(input.task)} was tried ${attempts} times`];
  }
  return [];
}

function results(world: World, task: Task): readonly string[] {
  const key = taskKey(task);
  if (isOfOthers(task)) return [];
  if (task.status === "in_review" && world.branches.get(task.result.branch) !== task.result.commit) {
    return [`${key} is in review, but its branch is elsewhere`];
  }
  if (task.status !== "done") return [];
  const wrong: string[] = [];
  if (task.outcome.kind === "closed" || task.outcome.kind === "unchanged") return [];
  const { result } = task.outcome;
  if (world.commits.get(result.commit)?.good !== true) wrong.push(`${key} is done with a commit that fails the checks`);
  const isMerged = world.forge === undefined ? world.merges.has(taskKey(task)) : isMergedThere(world.forge, task);
  if (task.outcome.kind === "merged" && !isMerged) wrong.push(`${key} was never merged`);
  if (world.clones.has(`/worktrees/${result.branch}`)) wrong.push(`${key} is done, but its clone is still there`);
  return wrong;
}

/** What people made, or an earlier orch left, was never on this disk. */
function isOfOthers(task: Task): boolean {
  if (task.status === "in_review") return task.result.attempt === 0;
  return task.status === "done" && task.outcome.kind === "merged" && task.outcome.result.attempt === 0;
}
