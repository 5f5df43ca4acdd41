import { isInternalTask, isSettled, taskKey, type ForgeIssue, type Json, type TaskId, type TaskRef } from "@orch/core";
import { blockersIn } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { taskOfIssue } from "./issue-of-task.ts";
import type { Site } from "./site.ts";

const MOST_BLOCKERS = 50;

/** What an issue waits for: labels, text and the forge's own relations name it (seed row B48). */
export interface Blockers {
  /** Everything that is named, ended or not. */
  readonly named: readonly TaskId[];
  /** What of it is named only because it is a part of the issue. */
  readonly children: readonly TaskId[];
  /** What of it is still open, whether it is a task or not. */
  readonly open: readonly TaskId[];
  /** What is named, and would have the issue wait for itself. */
  readonly circles: readonly TaskId[];
}

/** Looks up what an issue waits for. `parent` waits for the issue, so that it can't be waited for. */
export async function blockersOf(
  deps: EngineDeps,
  {
    issue,
    site,
    self,
    parent,
  }: {
    readonly issue: ForgeIssue;
    readonly site: Site;
    /** The issue's task. */
    readonly self: TaskId;
    readonly parent?: TaskId | undefined;
  },
): Promise<Blockers> {
  const relations = await site.forge.relations(issue.id);
  const said = await tasksOf(deps, site, [...blockersIn(issue, site.settings.labels), ...relations.blockedBy]);
  const all = await tasksOf(deps, site, relations.children);
  const children: TaskId[] = [];
  for (const id of all) if (!said.includes(id) && !(await isHandedOut(deps, { site, id }))) children.push(id);
  const named = [...new Set([...said, ...children])].filter((id) => id !== self).slice(0, MOST_BLOCKERS);
  const open: TaskId[] = [];
  const circles: TaskId[] = [];
  for (const id of named) {
    if (!(await isOpen(deps, { site, id }))) continue;
    const loops = await leadsTo(deps, { from: { project: site.forge.project, id }, to: [self, parent] });
    (loops ? circles : open).push(id);
  }
  return { named, children, open, circles };
}

/** The tasks that issues became, or the issues themselves. */
async function tasksOf(deps: EngineDeps, site: Site, issues: readonly TaskId[]): Promise<readonly TaskId[]> {
  const { project } = site.forge;
  return Promise.all(
    issues.map(async (id) => (await taskOfIssue(deps.store, { project, number: Number(id) }))?.id ?? id),
  );
}

/** Whoever handed a part out knows whether it waits for it. */
async function isHandedOut(
  { store }: EngineDeps,
  { site, id }: { readonly site: Site; readonly id: TaskId },
): Promise<boolean> {
  return (await store.task({ project: site.forge.project, id }))?.source.kind === "delegation";
}

async function isOpen(deps: EngineDeps, { site, id }: { readonly site: Site; readonly id: TaskId }): Promise<boolean> {
  const task = await deps.store.task({ project: site.forge.project, id });
  return task === undefined ? (await stateThere(site, id)) === "open" : !isSettled(task.status);
}

async function leadsTo(
  deps: EngineDeps,
  { from, to }: { readonly from: TaskRef; readonly to: readonly (TaskId | undefined)[] },
): Promise<boolean> {
  const seen = new Set<TaskId>();
  const open = [from.id];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (to.includes(id)) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...((await deps.store.task({ project: from.project, id }))?.dependsOn ?? []));
  }
  return false;
}

/** How an issue or a pull request that is no task stands on its forge. Throws what the forge throws. */
export async function stateThere({ forge }: Site, id: TaskId): Promise<"open" | "closed" | "absent"> {
  if (isInternalTask(id)) return "absent";
  const issue = await forge.issue(id);
  if (issue !== undefined) return issue.state;
  const pull = await forge.pullRequestBy(Number(id));
  if (pull === undefined) return "absent";
  return pull.state === "open" ? "open" : "closed";
}

/** Writes down that an issue names what would have it wait for itself; people are told below it. */
export async function keepCircles(deps: EngineDeps, ref: TaskRef, { circles }: Blockers): Promise<void> {
  const name = cursorName(ref);
  const before = await circlesOf(deps, ref);
  if (before.join() === circles.join()) return;
  if (circles.length > 0) deps.logger.warn({ task: taskKey(ref), circles }, "an issue would wait for itself");
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: [...circles] }] });
}

/** What an issue does not wait for although it says so, as written down. */
export async function circlesOf({ store }: EngineDeps, ref: TaskRef): Promise<readonly string[]> {
  const kept: Json | undefined = await store.cursor(cursorName(ref));
  return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
}

function cursorName(ref: TaskRef): string {
  return `circles ${taskKey(ref)}`;
}
