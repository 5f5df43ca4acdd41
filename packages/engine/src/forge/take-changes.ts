import {
  asOrchError,
  isSettled,
  issueNumberOf,
  parseTaskId,
  taskKey,
  type Forge,
  type ForgeComment,
  type ForgeHint,
  type ForgeIssue,
  type Task,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { settleForeign } from "../handlers/settle-dependencies.ts";
import { readAgain, type Again, type Item } from "./again.ts";
import { holdIfGone } from "./gone-issues.ts";
import { followsPull } from "./look-at-pull.ts";
import { lookOf, type Look } from "./look.ts";
import { mayMatter } from "./may-matter.ts";
import { seePull } from "./see-pull.ts";
import { siteOf } from "./site.ts";
import { takeComment } from "./take-comment.ts";
import { takeIssue } from "./take-issue.ts";

const MOST_TASKS = 10_000;

interface Looking {
  readonly forge: Forge;
  readonly look: Look;
  readonly again: Again;
  /** Hears the numbers of pull requests that changed. */
  readonly changed: (pull: number) => void;
}

/**
 * Takes in a page of what changed in a repository since the last one, and remembers how far it came. True: there is
 * more. What was taken in twice changes nothing, so the cursor follows everything else.
 */
export async function takeChanges(
  deps: EngineDeps,
  { forge, changed }: { readonly forge: Forge; readonly changed: (pull: number) => void },
): Promise<boolean> {
  const name = `forge ${forge.project}`;
  const cursor = await deps.store.cursor(name);
  const changes = await forge.changes(cursor === undefined ? {} : { cursor });
  const again = await readAgain(deps, forge.project);
  const look = lookOf(forge);
  const looking = { forge, look, again, changed };
  for (const issue of changes.issues) await takeListed(deps, { ...looking, issue });
  for (const comment of changes.comments) {
    const item = { about: "comment", number: comment.thread, comment: comment.id } as const;
    await again.alone(item, () => takeComment(deps, { look, comment }));
  }
  for (const number of changes.pulls) {
    changed(number);
    await again.alone({ about: "pull", number }, () => followPull(deps, { forge, number }));
  }
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: changes.cursor }, again.write()] });
  return changes.more === true;
}

/** Takes in once more what could not be taken in before and is due. */
export async function takeFailed(deps: EngineDeps, forge: Forge): Promise<void> {
  const again = await readAgain(deps, forge.project);
  let tried = false;
  await again.retry(async (item) => {
    tried = true;
    await takeItem(deps, { forge, item });
  });
  if (tried) await deps.store.commit({ writes: [again.write()] });
}

/** Looks at what a hint is about. */
export async function followHint(
  deps: EngineDeps,
  { forge, hint }: { readonly forge: Forge; readonly hint: ForgeHint },
): Promise<void> {
  if (hint.about === "issue") {
    await followIssue(deps, { forge, number: hint.number });
    return;
  }
  for (const task of await openTasks(deps, forge)) {
    if (task.pull === undefined || isSettled(task.status)) continue;
    if (isMeant(hint, task)) await seePull(deps, { forge, task });
  }
  if (hint.about !== "pull") return;
  await settleEnded(deps, { forge, number: hint.number });
  await followComments(deps, { look: lookOf(forge), thread: hint.number });
}

/**
 * Takes in what people say and show about a task at this moment: its issue, and what is said there and at its pull
 * request. What can't be taken in, such as a comment that nobody may answer, stands in the way of nothing else.
 */
export async function hearAll(
  deps: EngineDeps,
  { forge, task }: { readonly forge: Forge; readonly task: Task },
): Promise<void> {
  const look = lookOf(forge);
  const number = issueNumberOf(task);
  const id = parseTaskId(String(number));
  const issue = id.ok ? await forge.issue(id.value) : undefined;
  const own = issue === undefined ? undefined : number;
  const threads = new Set([own, task.pull?.number, task.source.thread].filter((thread) => thread !== undefined));
  const takes = issue === undefined ? [] : [() => takeIssue(deps, { forge, issue })];
  for (const thread of threads) {
    for (const comment of await forge.comments(thread)) takes.push(() => takeComment(deps, { look, comment }));
  }
  for (const take of takes) {
    try {
      await take();
    } catch (error) {
      if (asOrchError(error).retryable) throw error;
      deps.logger.warn({ task: taskKey(task), error }, "what people say about a task could not be taken in");
    }
  }
}

async function takeListed(deps: EngineDeps, listed: Looking & { readonly issue: ForgeIssue }): Promise<void> {
  const { forge, look, issue, again } = listed;
  const site = siteOf(deps, forge.project);
  if (site === undefined || !(await mayMatter(deps, site, issue))) return;
  await again.alone({ about: "issue", number: Number(issue.id) }, async () => {
    await takeIssue(deps, { forge, issue });
    look.considered.add(Number(issue.id));
  });
}

async function takeItem(
  deps: EngineDeps,
  { forge, item }: { readonly forge: Forge; readonly item: Item },
): Promise<void> {
  const { number } = item;
  if (item.about === "pull") return followPull(deps, { forge, number });
  if (item.about === "comment") {
    const comment = (await forge.comments(number)).find(({ id }: ForgeComment) => id === item.comment);
    return comment === undefined ? undefined : takeComment(deps, { look: lookOf(forge), comment });
  }
  const id = parseTaskId(String(number));
  const issue = id.ok ? await forge.issue(id.value) : undefined;
  if (issue !== undefined) await takeIssue(deps, { forge, issue });
}

/** A pull request changed whose task does not follow it, or which others wait for. */
async function followPull(
  deps: EngineDeps,
  { forge, number }: { readonly forge: Forge; readonly number: number },
): Promise<void> {
  await settleEnded(deps, { forge, number });
  const all = await openTasks(deps, forge);
  const own = all.filter((task) => !followsPull(task) && task.pull?.number === number);
  for (const task of own) await seePull(deps, { forge, task });
}

async function openTasks(deps: EngineDeps, { project }: Forge): Promise<readonly Task[]> {
  const statuses = ["new", "routed", "in_progress", "in_review", "blocked", "needs_review"] as const;
  return deps.store.tasks({ project, statuses, limit: MOST_TASKS });
}

/** A pull request that is over lets go on what waited for it. */
async function settleEnded(
  deps: EngineDeps,
  { forge, number }: { readonly forge: Forge; readonly number: number },
): Promise<void> {
  const id = parseTaskId(String(number));
  if (!id.ok) return;
  const ref = { project: forge.project, id: id.value };
  if ((await deps.store.dependents(ref)).length === 0) return;
  const pull = await forge.pullRequestBy(number);
  if (pull !== undefined && pull.state !== "open") await settleForeign(deps, ref);
}

function isMeant(hint: Exclude<ForgeHint, { readonly about: "issue" }>, task: Task): boolean {
  if (hint.about === "pull") return task.pull?.number === hint.number;
  return followsPull(task) && (task.seen?.head ?? task.result.commit) === hint.commit;
}

async function followIssue(
  deps: EngineDeps,
  { forge, number }: { readonly forge: Forge; readonly number: number },
): Promise<void> {
  const id = parseTaskId(String(number));
  const issue = id.ok ? await forge.issue(id.value) : undefined;
  if (issue === undefined) return holdIfGone(deps, { forge, number });
  const look = lookOf(forge);
  const said = await forge.comments(number);
  await takeIssue(deps, { forge, issue });
  look.considered.add(number);
  for (const comment of said) await takeComment(deps, { look, comment });
}

async function followComments(
  deps: EngineDeps,
  { look, thread }: { readonly look: Look; readonly thread: number },
): Promise<void> {
  for (const comment of await look.forge.comments(thread)) await takeComment(deps, { look, comment });
}
