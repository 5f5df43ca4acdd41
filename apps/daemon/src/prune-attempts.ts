import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { attemptFolder, homePaths } from "@orch/config";
import {
  parseProjectId,
  parseTaskId,
  taskKey,
  type AttemptRef,
  type ProjectId,
  type TaskRef,
  type Sessions,
  type Store,
  type Task,
} from "@orch/core";
import { eventStreamKept } from "@orch/grading";

/** What decides which records go. */
export interface PruneRequest {
  readonly home: string;
  readonly store: Pick<Store, "attempt" | "task">;
  readonly sessions: Pick<Sessions, "list">;
  /** Tasks that were settled before this time (epoch milliseconds) lose what their sessions printed. */
  readonly before: number;
  /** Of the attempts that passed and whose task is settled, how many per cent keep theirs until then; absent: all. */
  readonly passedPercent?: number;
  /** Ends it between two attempts. */
  readonly signal: AbortSignal;
}

const SETTLED: ReadonlySet<Task["status"]> = new Set(["done", "cancelled"]);

/**
 * Removes the session folders of attempts whose task is settled and old: events, captures, homes and temporary files.
 * The attempt's own files stay: prompts, receipts, report and digest. A task that may go on is never touched, and
 * neither is one that the store does not know. Gives how many attempts lost something; starts no process.
 */
export async function pruneAttempts(request: PruneRequest): Promise<number> {
  const live = new Set((await request.sessions.list()).map(({ attempt }) => taskKey(attempt)));
  let pruned = 0;
  for await (const ref of attemptsOnDisk(request.home)) {
    if (request.signal.aborted) return pruned;
    const folder = attemptFolder(request.home, ref);
    const sessions = await foldersIn(folder);
    if (sessions.length === 0 || live.has(taskKey(ref)) || !(await mayGo(request, ref))) continue;
    for (const name of sessions) await rm(join(folder, name), { recursive: true, force: true });
    pruned += 1;
  }
  return pruned;
}

async function mayGo({ store, before, passedPercent = 100 }: PruneRequest, ref: AttemptRef): Promise<boolean> {
  const task = await store.task(ref);
  if (task === undefined || !SETTLED.has(task.status)) return false;
  if (task.updatedAt < before) return true;
  if (passedPercent >= 100) return false;
  const verdict = (await store.attempt(ref))?.verdict;
  return eventStreamKept(ref, { verdict, percent: passedPercent }) === undefined;
}

async function* attemptsOnDisk(home: string): AsyncGenerator<AttemptRef, void, undefined> {
  for await (const task of tasksOnDisk(homePaths(home).state)) {
    for (const number of await foldersIn(dirname(attemptFolder(home, { ...task, attempt: 1 })))) {
      if (/^[1-9]\d{0,8}$/.test(number)) yield { ...task, attempt: Number(number) };
    }
  }
}

async function* tasksOnDisk(state: string): AsyncGenerator<TaskRef, void, undefined> {
  for await (const project of projectsOnDisk(state)) {
    for (const name of await foldersIn(join(state, project, "tasks"))) {
      const id = parseTaskId(name);
      if (id.ok) yield { project, id: id.value };
    }
  }
}

async function* projectsOnDisk(state: string): AsyncGenerator<ProjectId, void, undefined> {
  for (const owner of await foldersIn(state)) {
    for (const name of await foldersIn(join(state, owner))) {
      const project = parseProjectId(`${owner}/${name}`);
      if (project.ok) yield project.value;
    }
  }
}

/** Names of real folders; a link that somebody put there is none. */
async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
