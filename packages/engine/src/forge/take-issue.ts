import {
  isSettled,
  taskKey,
  type Forge,
  type ForgeIssue,
  type Task,
  type TaskEvent,
  type TaskId,
  type TaskRef,
  type TrustTier,
} from "@orch/core";
import { blockersIn } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { create } from "../inbox.ts";
import { moveTask } from "../move-task.ts";
import { waitsComment } from "./comment-words.ts";
import { considerIssue, keepConsidered, type Considered } from "./intake.ts";
import { asSeenIssue, readIssue, seenIssue, type ReadIssue, type SeenIssue } from "./issue-words.ts";
import { ownLabels } from "./own-labels.ts";
import { siteOf, type Site } from "./site.ts";

interface Taking {
  readonly site: Site;
  readonly issue: ForgeIssue;
  readonly read: ReadIssue;
  readonly considered: Considered;
}

/** Makes a task of an issue that asks for one, or brings its task up to date; the same issue again changes nothing. */
export async function takeIssue(
  deps: EngineDeps,
  { forge, issue: hint }: { readonly forge: Forge; readonly issue: ForgeIssue },
): Promise<void> {
  const site = siteOf(deps, forge.project);
  if (site === undefined) return;
  const ref = { project: forge.project, id: hint.id };
  // Orch may change its labels meanwhile: what was its own before or after the look was nobody's wish.
  const before = await ownLabels(deps.store, ref);
  const issue = (await forge.issue(hint.id)) ?? hint;
  const ours = [...new Set([...before, ...(await ownLabels(deps.store, ref))])];
  const read = readIssue(issue, { settings: site.settings, ours });
  const considered = await considerIssue(deps.store, site, { issue, ours });
  const taking = { site, issue, read, considered };
  const task = await deps.store.task(ref);
  if (task === undefined) await takeNew(deps, taking);
  else await follow(deps, { ...taking, task });
  const value = { ...seenIssue(issue, read) };
  const writes = [{ kind: "cursor:put", name: seenCursor(ref), value } as const, keepConsidered(ref, considered)];
  await deps.store.commit({ writes });
}

async function takeNew(deps: EngineDeps, { site, issue, read, considered }: Taking): Promise<void> {
  const { decision } = considered;
  if (decision.kind === "skip") return;
  if (decision.kind === "take") {
    await makeTask(deps, { issue, read, site, trust: decision.trust });
    return;
  }
  // In mode `all` a comment below every stranger's issue would be noise.
  if (site.settings.intake.mode === "all" && decision.why === "stranger") return;
  await site.forge.putComment({ thread: Number(issue.id), ...waitsComment(site, { issue, decision }) });
}

async function makeTask(
  deps: EngineDeps,
  made: Pick<Taking, "issue" | "read" | "site"> & { readonly trust: TrustTier },
): Promise<void> {
  const { issue, read, site, trust } = made;
  const { project } = site.forge;
  const spec = {
    ...read.words,
    source: { kind: "github", id: issue.id, actor: issue.author.login },
    dependsOn: await openBlockers(deps, { issue, site }),
    checks: [],
    ...(trust === "trusted" ? {} : { trust }),
  } as const;
  const actor = `github:${issue.author.login}`;
  const done = await create(deps, { project, id: issue.id, spec, actor, idempotencyKey: `issue ${issue.id}` });
  if (!done.ok) deps.logger.warn({ issue: issue.url, error: done.error }, "an issue could not become a task");
}

/** The tasks that have to end first, as labels and text say (seed row B48); an issue that is no task holds nothing up. */
async function openBlockers(
  deps: EngineDeps,
  { issue, site }: Pick<Taking, "issue" | "site">,
): Promise<readonly TaskId[]> {
  const open: TaskId[] = [];
  for (const id of blockersIn(issue, site.settings.labels)) {
    const task = id === issue.id ? undefined : await deps.store.task({ project: site.forge.project, id });
    if (task !== undefined && !isSettled(task.status)) open.push(id);
  }
  return open;
}

function seenCursor(ref: TaskRef): string {
  return `issue ${taskKey(ref)}`;
}

async function follow(deps: EngineDeps, known: Taking & { readonly task: Task }): Promise<void> {
  const { issue, task, read } = known;
  const seen = asSeenIssue(await deps.store.cursor(seenCursor(task)));
  for (const event of eventsFor(known, seen)) {
    const now = seenIssue(issue, read);
    const key = `${taskKey(task)} ${event.type} ${issue.updatedAt} ${now.text.slice(0, 12)}${now.labels.slice(0, 12)}`;
    await moveTask(deps, { ref: task, event, key, actor: `github:${issue.author.login}` });
  }
}

/** What an issue's change means for its task. */
function eventsFor(known: Taking & { readonly task: Task }, seen: SeenIssue | undefined): readonly TaskEvent[] {
  const { issue, task, read } = known;
  const by = `github:${issue.author.login}`;
  if (issue.state === "closed") {
    return isSettled(task.status) ? [] : [{ type: "task:closed", by, as: issue.closedAs ?? "completed" }];
  }
  if (isSettled(task.status)) return seen?.state === "closed" ? [{ type: "task:reopened", by }] : [];
  const { excluded } = read.labels;
  if (excluded !== undefined && task.status !== "needs_review" && task.status !== "in_review") {
    return [{ type: "task:held", by, why: `the label ${known.site.settings.labels.names[excluded]}` }];
  }
  // A status that a person put there is a wish; any other is put right when the task is shown next.
  const isWaiting = task.status === "needs_review" || task.status === "in_review";
  if (read.labels.status === "new" && isWaiting && seen !== undefined) return [{ type: "task:retried", by }];
  return edits(known, seen);
}

function edits(
  { issue, task, read, considered }: Taking & { readonly task: Task },
  seen: SeenIssue | undefined,
): readonly TaskEvent[] {
  if (seen === undefined) return [];
  const now = seenIssue(issue, read);
  const by = `github:${issue.author.login}`;
  // A stranger's text is the one that was approved, until another one is. Labels are put by those who may.
  const isTrusted = task.trust === undefined || task.trust === "trusted";
  const hasNewText = isTrusted ? now.text !== seen.text : considered.isNewlyApproved;
  const trusted: readonly TaskEvent[] =
    considered.isNewlyApproved && task.trust === "untrusted" ? [{ type: "task:trusted", by, tier: "reviewed" }] : [];
  if (!hasNewText && now.labels === seen.labels) return trusted;
  const { title, body } = hasNewText ? issue : task;
  return [{ type: "task:edited", by, words: { ...read.words, title, body } }, ...trusted];
}
