import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Attempt, StepRecord, Store, StoredEvent, Task } from "@orch/core";

const PATIENCE_MS = 5_000;

/** A session of a task; `to` is absent when it left no exit record. Epoch milliseconds. */
export interface SessionSpan {
  readonly task: string;
  readonly folder: string;
  readonly from: number;
  readonly to: number | undefined;
}

/** Everything that was recorded about the tasks of a home. */
export interface History {
  readonly tasks: readonly Task[];
  readonly events: readonly StoredEvent[];
  readonly attempts: readonly Attempt[];
  readonly steps: readonly StepRecord[];
  readonly sessions: readonly SessionSpan[];
  /** Keys of jobs that are neither done nor cancelled. */
  readonly openJobs: readonly string[];
}

/** A process that was killed, when, and the session's folder if it was a supervisor. */
export interface Kill {
  readonly at: number;
  readonly folder?: string;
}

/** Reads the history of a home whose daemon has ended. */
export async function readHistory(store: Store, home: string): Promise<History> {
  const tasks = await store.tasks({ limit: 100 });
  const attempts = (await Promise.all(tasks.map((task) => store.attempts(task)))).flat();
  const steps = (await Promise.all(attempts.map((attempt) => store.steps(attempt)))).flat();
  const jobs = await store.jobs({ states: ["queued", "running", "dead"], limit: 100 });
  return {
    tasks,
    attempts,
    steps,
    events: await store.events({ after: 0, limit: 10_000 }),
    sessions: await readSessions(join(home, "state")),
    openJobs: jobs.map(({ key }) => key),
  };
}

async function readSessions(state: string): Promise<readonly SessionSpan[]> {
  const files = await readdir(state, { recursive: true });
  return files
    .filter((file) => file.endsWith("/claim.json"))
    .map((file) => {
      const folder = dirname(join(state, file));
      const [, task = ""] = /\/tasks\/([^/]+)\/attempts\//.exec(folder) ?? [];
      const to = numberIn(join(folder, "exit.json"), "endedAt");
      return { task, folder, from: numberIn(join(folder, "claim.json"), "at") ?? 0, to };
    });
}

function numberIn(path: string, name: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const found = new RegExp(`"${name}":(\\d+)`).exec(readFileSync(path, "utf8"));
  return found === null ? undefined : Number(found[1]);
}

/**
 * For each kill and each task that was being worked on: how long until orch did the next thing for it, in milliseconds.
 * A session that goes on without the daemon is nothing to wait for: its time does not count. Nor does a kill that was
 * followed by the next one before anything could be seen.
 */
export function resumeTimes(history: History, kills: readonly Kill[]): readonly number[] {
  const times: number[] = [];
  for (const kill of kills) {
    for (const { id } of history.tasks) {
      const concerned = kill.folder === undefined || kill.folder.includes(`/tasks/${id}/attempts/`);
      const time = concerned ? resumeTime(history, { id, kill, kills }) : undefined;
      if (time !== undefined) times.push(time);
    }
  }
  return times.toSorted((left, right) => left - right);
}

function resumeTime(
  history: History,
  about: { readonly id: string; readonly kill: Kill; readonly kills: readonly Kill[] },
): number | undefined {
  const { id, kill, kills } = about;
  const own = history.events.filter((event) => event.id === id);
  const before = own.findLast(({ at }) => at <= kill.at);
  if (before?.status !== "in_progress") return undefined;
  const sessions = history.sessions.filter(({ task }) => task === id);
  let base = kill.at;
  for (;;) {
    const cover = sessions.find((session) => session.from <= base && endOf(session, kills) > base);
    if (cover === undefined) break;
    base = endOf(cover, kills);
  }
  const signs = [
    ...own.map(({ at }) => at),
    ...history.steps
      .filter((step) => step.id === id)
      .flatMap(({ startedAt, endedAt }) => [startedAt, ...(endedAt === undefined ? [] : [endedAt])]),
    ...sessions.map(({ from }) => from),
  ];
  const next = signs.filter((at) => at > base).toSorted((left, right) => left - right)[0];
  if (next === undefined) return undefined;
  // The next kill was too early for this one's restart to show anything: it is the next one that counts.
  const interrupted = kills.some(({ at }) => at > kill.at && at < next && at - base < PATIENCE_MS);
  return interrupted ? undefined : next - base;
}

function endOf(session: SessionSpan, kills: readonly Kill[]): number {
  return session.to ?? kills.find(({ folder }) => folder === session.folder)?.at ?? session.from;
}

/** Median, 95th percentile and maximum of a sorted list, in whole milliseconds. */
export function figuresOf(sorted: readonly number[]): {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
} {
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
