import { rm } from "node:fs/promises";

import { taskFolder } from "@orch/config";
import {
  asOrchError,
  type Clock,
  type Logger,
  type PreparedClone,
  type ProjectId,
  type ProjectSettings,
  type Projects,
  type Timer,
  type WarmClones,
} from "@orch/core";
import { nobodysTask } from "@orch/runner";

/** What clones in advance are kept with. */
export interface KeepWarmOptions {
  readonly workspace: WarmClones;
  /** Runs a project's set-up in a clone; see `setUpInAdvance`. */
  readonly setUp: (request: {
    readonly project: ProjectSettings;
    readonly clone: PreparedClone;
    readonly signal: AbortSignal;
  }) => Promise<boolean>;
  readonly projects: Pick<Projects, "get" | "list">;
  /** Whom to call when projects came, went or changed. */
  readonly editions: Set<() => void>;
  readonly home: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A task that has just begun has the machine to itself for a moment. */
const LAG_MS = 3_000;
/** Bases, lockfiles and configurations change without a word; a set-up that failed is tried again. */
const LOOK_MS = 600_000;

/**
 * Makes clones in advance: at the start, a moment after a task took one or the configuration changed, and every ten
 * minutes. Nothing waits for it. Projects that want none cost nothing. Disposing calls off a set-up that is running, and
 * waits for its end.
 */
export function keepWarm(options: KeepWarmOptions): AsyncDisposable {
  const { workspace, clock, logger, editions } = options;
  const end = new AbortController();
  const work: Work = { ...options, signal: end.signal, failed: new Set() };
  const soon = new Map<ProjectId | "all", Timer>();
  let running: Promise<void> = Promise.resolve();
  let slow: Timer | undefined;

  function begin(task: () => Promise<void>): void {
    running = running.then(async () => {
      if (end.signal.aborted) return;
      await task().catch((error: unknown) => {
        logger.warn({ error: asOrchError(error) }, "no clones are made in advance for the moment");
      });
    });
  }

  /** Several wishes within a moment are one. */
  function inAMoment(what: ProjectId | "all", task: () => Promise<void>): void {
    if (end.signal.aborted || soon.has(what)) return;
    const timer = clock.after(LAG_MS, () => {
      soon.delete(what);
      begin(task);
    });
    soon.set(what, timer);
  }

  function later(): void {
    slow = clock.after(LOOK_MS, () => {
      begin(() => lookAtAll(work));
      later();
    });
  }

  const changed = (): void => inAMoment("all", () => lookAtAll(work));
  const unsubscribe = workspace.onWarmWanted((id) => {
    if (!work.failed.has(id)) inAMoment(id, () => warm(work, id));
  });
  editions.add(changed);
  begin(() => dropRecords(options));
  begin(() => lookAtAll(work));
  later();
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      unsubscribe();
      editions.delete(changed);
      slow?.cancel();
      for (const timer of soon.values()) timer.cancel();
      await running;
    },
  };
}

interface Work extends KeepWarmOptions {
  readonly signal: AbortSignal;
  /** Projects whose set-up failed: not tried again before the next look at all. */
  readonly failed: Set<ProjectId>;
}

async function lookAtAll(work: Work): Promise<void> {
  work.failed.clear();
  const wanting = work.projects.list().filter((project) => (project.warm ?? 0) > 0);
  const ids = wanting.map(({ id }) => id);
  // What nobody wants any more goes, that of projects which are gone and that which a dead process left.
  await work.workspace.cool(ids);
  for (const id of ids) await warm(work, id);
}

async function warm({ workspace, projects, logger, failed, signal, ...options }: Work, id: ProjectId): Promise<void> {
  const project = projects.get(id);
  if (project === undefined || signal.aborted) return;
  const setUp = (clone: PreparedClone): Promise<boolean> => options.setUp({ project, clone, signal });
  const state = await workspace.warm({ project, setUp, signal });
  failed[state.failed ? "add" : "delete"](id);
  if (state.made + state.dropped > 0) logger.info({ project: id, ...state }, "clones in advance");
}

/** What set-ups of a dead daemon left of their sessions. */
async function dropRecords({ home, projects }: KeepWarmOptions): Promise<void> {
  for (const { id } of projects.list()) {
    await rm(taskFolder(home, { project: id, id: nobodysTask }), { recursive: true, force: true });
  }
}
