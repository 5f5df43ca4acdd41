import {
  asOrchError,
  isOrchError,
  isSettled,
  parseTaskId,
  type Forge,
  type ForgeHint,
  type ForgeSettings,
  type OrchError,
  type ProjectId,
  type Task,
  type Timer,
} from "@orch/core";
import { labelsToCreate } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { settleForeign } from "../handlers/settle-dependencies.ts";
import { takePushed } from "./pushed-branches.ts";
import { seePull } from "./see-pull.ts";
import { takeComment } from "./take-comment.ts";
import { takeIssue } from "./take-issue.ts";
import { createPullWatch, type PullWatch } from "./watch-pulls.ts";

const MOST_TASKS = 10_000;
const MOST_HINTS = 1_000;

/**
 * Keeps the tasks of all projects with a forge as their forges have them: at an interval, and at once where a hint says
 * that something happened. Never throws: what can't be reached is looked at again next time.
 */
export interface ForgeSync {
  start(): void;
  /** Looks there soon. Hints about the same thing are folded while one waits; a lost one costs an interval. */
  look(hint: ForgeHint): void;
  /** Begins no more looks; resolves when the last one has ended. */
  stop(): Promise<void>;
}

/** Makes the sync of an engine. `intervalMs` of a project is asked before each round, so that a change counts at once. */
export function createForgeSync(deps: EngineDeps, intervalMs: (project: ProjectId) => number): ForgeSync {
  const waiting = new Map<string, ForgeHint>();
  const looked = new Map<ProjectId, number>();
  const calmly = createCalm(deps);
  const watch = createPullWatch(deps);
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  function plan(): void {
    if (stopped) return;
    const waits = deps.projects.list().map(({ id }) => dueAt(id) - deps.clock.now());
    timer = deps.clock.after(Math.max(Math.min(deps.settings.syncMs, ...waits), 0), () => begin(round));
  }

  /** One that was never looked at waits as long as one that was looked at now. */
  function dueAt(project: ProjectId): number {
    return (looked.get(project) ?? deps.clock.now()) + intervalMs(project);
  }

  /** One look at a time: the second would read what the first is about to write. */
  function begin(what: () => Promise<void>): void {
    if (stopped) return;
    const before = running ?? Promise.resolve();
    const done = before.then(what).finally(() => {
      if (running === done) running = undefined;
    });
    running = done;
  }

  async function round(): Promise<void> {
    const due = deps.projects.list().filter(({ id }) => !looked.has(id) || dueAt(id) <= deps.clock.now());
    for (const { id } of due) {
      const forge = deps.forges?.of(id);
      if (stopped) return;
      if (forge !== undefined) await calmly(forge, () => syncProject(deps, forge, watch));
      looked.set(id, deps.clock.now());
    }
    plan();
  }

  async function answerHints(): Promise<void> {
    const hints = [...waiting.values()];
    waiting.clear();
    for (const hint of hints) {
      const forge = deps.forges?.of(hint.project);
      if (stopped) return;
      if (forge !== undefined) await calmly(forge, () => followHint(deps, { forge, hint }));
    }
  }

  return {
    start() {
      // Without forges there is nothing to wake up for.
      if (deps.forges !== undefined) begin(round);
    },
    look(hint) {
      const key = hint.about === "commit" ? hint.commit : `${hint.about} ${hint.number}`;
      const isFirst = waiting.size === 0;
      if (waiting.size < MOST_HINTS) waiting.set(`${hint.project} ${key}`, hint);
      if (isFirst) begin(answerHints);
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}

/** Runs a look at a forge. One that can't be reached is told of once, and left alone until it says it can. */
function createCalm(deps: EngineDeps): (forge: Forge, look: () => Promise<void>) => Promise<void> {
  const resting = new Map<ProjectId, number>();
  return async (forge, look) => {
    if ((resting.get(forge.project) ?? 0) > deps.clock.now()) return;
    try {
      await look();
      if (resting.delete(forge.project)) deps.logger.info({ project: forge.project }, "the forge answers again");
    } catch (error) {
      const typed = asOrchError(error);
      if (!resting.has(forge.project)) {
        deps.logger.warn({ project: forge.project, error: typed }, "the forge could not be read; orch tries again");
      }
      resting.set(forge.project, retryTime(typed));
    }
  };
}

function retryTime({ details }: OrchError): number {
  const { retryAt } = details as { readonly retryAt?: unknown };
  return typeof retryAt === "number" ? retryAt : 0;
}

/** Takes in what changed in a repository since the last time, then looks at the pull requests that wait for something. */
async function syncProject(deps: EngineDeps, forge: Forge, watch: PullWatch): Promise<void> {
  const name = `forge ${forge.project}`;
  const cursor = await deps.store.cursor(name);
  // People need the labels before the first task does.
  const settings = deps.projects.get(forge.project)?.forge;
  if (cursor === undefined && settings !== undefined) await makeLabels(deps, { forge, settings });
  const changes = await forge.changes(cursor === undefined ? {} : { cursor });
  for (const issue of changes.issues) await takeIssue(deps, { forge, issue });
  for (const comment of changes.comments) await takeComment(deps, { forge, comment });
  for (const number of changes.pulls) await settleEnded(deps, { forge, number });
  // Checks change without a word of the pull request, so those in review are watched besides.
  const reviewed = await deps.store.tasks({ project: forge.project, statuses: ["in_review"], limit: MOST_TASKS });
  const changed = new Set(changes.pulls);
  const others = changed.size === 0 ? [] : await openTasks(deps, forge.project);
  const due = others.filter(
    ({ status, pull }) => status !== "in_review" && pull !== undefined && changed.has(pull.number),
  );
  for (const task of due) await seePull(deps, { forge, task });
  for (const { task, looked } of await watch.due(forge, reviewed, changed)) {
    await seePull(deps, { forge, task });
    looked();
  }
  // What was taken in twice changes nothing, so the cursor follows everything else.
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: changes.cursor }] });
  await takePushed(deps, forge);
}

/** Who may make none there works with those that are there. */
async function makeLabels(
  { logger }: EngineDeps,
  { forge, settings }: { readonly forge: Forge; readonly settings: ForgeSettings },
): Promise<void> {
  try {
    await forge.ensureLabels(labelsToCreate(settings.labels));
  } catch (error) {
    if (!isOrchError(error, "forge_denied")) throw error;
    logger.warn({ project: forge.project, error }, "the labels can't be made");
  }
}

async function openTasks(deps: EngineDeps, project: ProjectId): Promise<readonly Task[]> {
  const statuses = ["new", "routed", "in_progress", "in_review", "blocked", "needs_review"] as const;
  return deps.store.tasks({ project, statuses, limit: MOST_TASKS });
}

async function followHint(
  deps: EngineDeps,
  { forge, hint }: { readonly forge: Forge; readonly hint: ForgeHint },
): Promise<void> {
  if (hint.about === "issue") {
    await followIssue(deps, { forge, number: hint.number });
    return;
  }
  for (const task of await openTasks(deps, forge.project)) {
    if (task.pull === undefined || isSettled(task.status)) continue;
    if (isMeant(hint, task)) await seePull(deps, { forge, task });
  }
  if (hint.about !== "pull") return;
  await settleEnded(deps, { forge, number: hint.number });
  await followComments(deps, { forge, thread: hint.number });
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
  return task.status === "in_review" && (task.seen?.head ?? task.result.commit) === hint.commit;
}

async function followIssue(
  deps: EngineDeps,
  { forge, number }: { readonly forge: Forge; readonly number: number },
): Promise<void> {
  const id = parseTaskId(String(number));
  const issue = id.ok ? await forge.issue(id.value) : undefined;
  if (issue === undefined) return;
  await takeIssue(deps, { forge, issue });
  await followComments(deps, { forge, thread: number });
}

async function followComments(
  deps: EngineDeps,
  { forge, thread }: { readonly forge: Forge; readonly thread: number },
): Promise<void> {
  for (const comment of await forge.comments(thread)) await takeComment(deps, { forge, comment });
}
