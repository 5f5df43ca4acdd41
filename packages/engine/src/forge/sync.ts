import {
  asOrchError,
  isSettled,
  parseTaskId,
  type Forge,
  type ForgeHint,
  type OrchError,
  type ProjectId,
  type Task,
  type Timer,
} from "@orch/core";
import { labelsToCreate } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { seePull } from "./see-pull.ts";
import { takeComment } from "./take-comment.ts";
import { takeIssue } from "./take-issue.ts";

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

/** Makes the sync of an engine. `intervalMs` is asked before each round, so that a change counts at once. */
export function createForgeSync(deps: EngineDeps, intervalMs: () => number): ForgeSync {
  const waiting = new Map<string, ForgeHint>();
  const calmly = createCalm(deps);
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  function plan(): void {
    if (!stopped) timer = deps.clock.after(intervalMs(), () => begin(round));
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
    for (const { id } of deps.projects.list()) {
      const forge = deps.forges?.of(id);
      if (stopped) return;
      if (forge !== undefined) await calmly(forge, () => syncProject(deps, forge));
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
async function syncProject(deps: EngineDeps, forge: Forge): Promise<void> {
  const name = `forge ${forge.project}`;
  const cursor = await deps.store.cursor(name);
  // People need the labels before the first task does.
  const settings = deps.projects.get(forge.project)?.forge;
  if (cursor === undefined && settings !== undefined) await forge.ensureLabels(labelsToCreate(settings.labels));
  const changes = await forge.changes(cursor === undefined ? {} : { cursor });
  for (const issue of changes.issues) await takeIssue(deps, { forge, issue });
  for (const comment of changes.comments) await takeComment(deps, { forge, comment });
  // Checks change without a word of the pull request, so those in review are looked at each time: unchanged is free.
  const reviewed = await deps.store.tasks({ project: forge.project, statuses: ["in_review"], limit: MOST_TASKS });
  const changed = new Set(changes.pulls);
  const others = changed.size === 0 ? [] : await openTasks(deps, forge.project);
  const due = others.filter(
    ({ status, pull }) => status !== "in_review" && pull !== undefined && changed.has(pull.number),
  );
  for (const task of [...reviewed, ...due]) {
    if (task.pull !== undefined) await seePull(deps, { forge, task });
  }
  // What was taken in twice changes nothing, so the cursor follows everything else.
  await deps.store.commit({ writes: [{ kind: "cursor:put", name, value: changes.cursor }] });
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
  if (hint.about === "pull") await followComments(deps, { forge, thread: hint.number });
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
