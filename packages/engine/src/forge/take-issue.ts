import {
  isSettled,
  taskKey,
  type DomainWrite,
  type Forge,
  type ForgeIssue,
  type Task,
  type TaskId,
  type TaskSpec,
  type TrustTier,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { settleForeign } from "../handlers/settle-dependencies.ts";
import { create } from "../inbox.ts";
import { moveTask } from "../move-task.ts";
import { becomeIssue } from "./become-issue.ts";
import { blockersOf, keepCircles, type Blockers } from "./blockers.ts";
import { closedAt, isOpenedAgain, keepClosed } from "./closed-issues.ts";
import { waitsComment } from "./comment-words.ts";
import { earlierWork } from "./earlier.ts";
import { considerIssue, keepConsidered, type Considered } from "./intake.ts";
import { saidBy } from "./issue-actors.ts";
import { countsText, eventsFor } from "./issue-events.ts";
import { publishedAs, taskOfIssue } from "./issue-of-task.ts";
import { readIssue, seenIssue, shortHash, type ReadIssue, type SeenIssue } from "./issue-words.ts";
import { ownLabels } from "./own-labels.ts";
import { inherited, partOf, withoutMark, type HandedOut } from "./own-part.ts";
import { saidBefore } from "./said-before.ts";
import { keepActedOn } from "./said.ts";
import { seePull } from "./see-pull.ts";
import { keepSeen, readSeen, stateAfter } from "./seen-issues.ts";
import { nameWaitingText } from "./show-status.ts";
import { siteOf, type Site } from "./site.ts";

interface Taking {
  readonly site: Site;
  readonly issue: ForgeIssue;
  readonly read: ReadIssue;
  readonly considered: Considered;
  /** The labels that orch put itself. */
  readonly ours: readonly string[];
  /** Which part of a task it is, where orch opened it as one. */
  readonly part: HandedOut | undefined;
}

/** Makes a task of an issue that asks for one, or brings its task up to date; the same issue again changes nothing. */
export async function takeIssue(
  deps: EngineDeps,
  { forge, issue: hint }: { readonly forge: Forge; readonly issue: ForgeIssue },
): Promise<void> {
  const site = siteOf(deps, forge.project);
  if (site === undefined) return;
  const known = await taskOfIssue(deps.store, { project: forge.project, number: Number(hint.id) });
  const ref = { project: forge.project, id: known?.id ?? hint.id };
  // Orch may change its labels meanwhile: what was its own before or after the look was nobody's wish.
  const before = await ownLabels(deps.store, ref);
  const seen = await readSeen(deps.store, ref);
  const there = (await forge.issue(hint.id)) ?? hint;
  const ours = [...new Set([...before, ...(await ownLabels(deps.store, ref))])];
  const part = await partOf(deps, site, there);
  const issue = part === undefined ? there : withoutMark(there);
  const read = readIssue(issue, { settings: site.settings, ours });
  const task = await deps.store.task(ref);
  // Its own task is about to be told which issue it became.
  if (task === undefined && (await publishedAs(site, issue)) !== undefined) return;
  const own = part === undefined ? {} : { own: part.by.trust ?? "trusted" };
  const taken = task === undefined ? {} : { taken: task.createdAt };
  const considered = await considerIssue(deps.store, site, { issue, ours, ...own, ...taken });
  const taking = { site, issue, read, considered, ours, part };
  const blockers = task === undefined ? await takeNew(deps, taking) : await follow(deps, { ...taking, task, seen });
  const state = await stateAfter(deps.store, { ref, before: seen, state: issue.state });
  const now = { ...seenIssue(issue, read, blockers?.named ?? seen?.named), state };
  await deps.store.commit({ writes: [keepSeen(ref, now), keepConsidered(ref, considered)] });
  await nameWaitingText(deps, { site, issue, ref });
}

async function takeNew(deps: EngineDeps, taking: Taking): Promise<Blockers | undefined> {
  const { site, issue, considered } = taking;
  const { decision } = considered;
  if (issue.state === "closed") await settleForeign(deps, { project: site.forge.project, id: issue.id });
  if (decision.kind === "skip") return undefined;
  if (decision.kind === "take") return makeTask(deps, { ...taking, trust: decision.trust });
  // In mode `all` a comment below every stranger's issue would be noise.
  if (site.settings.intake.mode === "all" && decision.why === "stranger") return undefined;
  await site.forge.putComment({ thread: Number(issue.id), ...waitsComment(site, { issue, decision }) });
  return undefined;
}

async function makeTask(deps: EngineDeps, made: Taking & { readonly trust: TrustTier }): Promise<Blockers> {
  const { issue, read, site, trust, part } = made;
  const { project } = site.forge;
  const parent = await parentOf(deps, made);
  const blockers = await blockersOf(deps, { issue, site, self: issue.id, parent });
  await keepCircles(deps, { project, id: issue.id }, blockers);
  const actor = `github:${issue.author.login}`;
  const spec: TaskSpec = {
    ...read.words,
    ...(parent === undefined ? {} : { parent }),
    ...(part === undefined ? {} : inherited(part.by)),
    source:
      part === undefined
        ? { kind: "github", id: issue.id, actor: issue.author.login }
        : { kind: "delegation", id: part.by.id },
    dependsOn: blockers.open,
    checks: [],
    ...(trust === "trusted" ? {} : { trust }),
  };
  const waits = blockers.open.length > 0;
  const found = part === undefined ? await earlierWork(site, { read, number: Number(issue.id), waits }) : undefined;
  const idempotencyKey = part?.wish ?? `issue ${issue.id}`;
  const notes = part === undefined ? await saidBefore(deps, { site, thread: Number(issue.id) }) : [];
  const earlier = { ...(found === undefined ? {} : { found }), ...(notes.length === 0 ? {} : { notes }) };
  const { approvedIn } = made.considered;
  await deps.store.commit({ writes: approvedIn.map((comment) => keepActedOn({ project, id: issue.id }, comment)) });
  const done = await create(deps, { project, id: issue.id, spec, actor, idempotencyKey, ...earlier });
  if (!done.ok) deps.logger.warn({ issue: issue.url, error: done.error }, "an issue could not become a task");
  else if (done.value.id !== issue.id) await becomeIssue(deps, { site, ref: done.value, issue });
  for (const comment of approvedIn) await site.forge.react({ comment, content: "rocket" });
  return blockers;
}

/** The task that a label names as the whole; one that is through, or is a part of this one, waits for no part. */
async function parentOf(deps: EngineDeps, { read, site, issue }: Taking): Promise<TaskId | undefined> {
  const named = read.labels.parent;
  if (named === undefined || named === issue.id) return undefined;
  const parent = await taskOfIssue(deps.store, { project: site.forge.project, number: Number(named) });
  return parent === undefined || isSettled(parent.status) ? undefined : parent.id;
}

/** A merge closes the issue of its branch, and says more than the closed issue does: it is looked at first. */
async function afterMerge(
  deps: EngineDeps,
  { issue, task, site }: Pick<Taking, "issue" | "site"> & { readonly task: Task },
): Promise<Task> {
  if (issue.state !== "closed" || task.pull === undefined || isSettled(task.status)) return task;
  await seePull(deps, { forge: site.forge, task });
  return (await deps.store.task(task)) ?? task;
}

interface Followed extends Taking {
  readonly task: Task;
  readonly seen: SeenIssue | undefined;
}

/** What the issue waits for; undefined: nobody looked, or nothing came of it. */
async function follow(deps: EngineDeps, known: Followed): Promise<Blockers | undefined> {
  const { issue, read, site, seen } = known;
  const task = await afterMerge(deps, known);
  const wasClosed = await closedAt(deps.store, task);
  const openedAgain = seen?.state === "closed" || (await isOpenedAgain(deps.store, task, issue));
  const isOver = issue.state === "closed" || (isSettled(task.status) && !openedAgain);
  const blockers = isOver ? undefined : await lookForBlockers(deps, { ...known, task });
  const now = shortHash(seenIssue(issue, read, blockers?.named));
  for (const anonymous of eventsFor({ ...known, task, blockers, isOpenedAgain: openedAgain })) {
    const event = await saidBy(site, { issue, event: anonymous, ours: known.ours });
    // What is not taken up again waits for nothing.
    if (event === undefined && anonymous.type === "task:reopened") return undefined;
    if (event === undefined) continue;
    const key = `${taskKey(task)} ${event.type} ${issue.updatedAt} ${now}`;
    const writes = (after: Task): readonly DomainWrite[] => stillClosed(after, wasClosed);
    await moveTask(deps, { ref: task, event, key, actor: "by" in event ? event.by : "github", writes });
  }
  return blockers;
}

async function lookForBlockers(deps: EngineDeps, { task, ...known }: Followed): Promise<Blockers> {
  const { issue, site } = known;
  const said = countsText(known) ? issue : { ...issue, body: task.body };
  const blockers = await blockersOf(deps, { issue: said, site, self: task.id, parent: task.parent });
  await keepCircles(deps, task, blockers);
  return blockers;
}

/** A word that changes after the end makes no other end of it. */
function stillClosed(task: Task, at: number | undefined): readonly DomainWrite[] {
  return at === undefined || !isSettled(task.status) ? [] : [keepClosed(task, { updatedAt: at })];
}
