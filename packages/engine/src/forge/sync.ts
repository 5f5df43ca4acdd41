import type { ForgeHint, ProjectId, Timer } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { createProjectSync, type ProjectSync } from "./project-sync.ts";
import { createPullWatch } from "./watch-pulls.ts";

/**
 * Keeps the tasks of all projects with a forge as their forges have them: at an interval, and at once where a hint says
 * that something happened. Projects are looked at beside each other. What can't be reached is looked at again next time.
 */
export interface ForgeSync {
  start(): void;
  /**
   * Looks there soon. Hints about the same thing are folded while one waits. Resolves when the look was made; rejects
   * when it failed, or can't be made now: then it is made when the forge answers again, while this process lives.
   */
  look(hint: ForgeHint): Promise<void>;
  /** Begins no more looks; resolves when the last ones have ended. */
  stop(): Promise<void>;
}

/** Makes the sync of an engine. `intervalMs` of a project is asked before each round, so that a change counts at once. */
export function createForgeSync(deps: EngineDeps, intervalMs: (project: ProjectId) => number): ForgeSync {
  const syncs = new Map<ProjectId, ProjectSync>();
  const looked = new Map<ProjectId, number>();
  const busy = new Set<ProjectId>();
  const watch = createPullWatch(deps);
  let timer: Timer | undefined;
  let stopped = false;

  function plan(): void {
    if (stopped) return;
    timer?.cancel();
    const idle = deps.projects.list().filter(({ id }) => !busy.has(id));
    const waits = idle.map(({ id }) => dueAt(id) - deps.clock.now());
    timer = deps.clock.after(Math.max(Math.min(deps.settings.syncMs, ...waits), 0), begin);
  }

  /** One that was never looked at waits as long as one that was looked at now. */
  function dueAt(project: ProjectId): number {
    return (looked.get(project) ?? deps.clock.now()) + intervalMs(project);
  }

  function begin(): void {
    const idle = deps.projects.list().filter(({ id }) => !busy.has(id));
    for (const { id } of idle.filter((one) => !looked.has(one.id) || dueAt(one.id) <= deps.clock.now())) {
      busy.add(id);
      void syncOf(id)
        .round()
        .finally(() => {
          busy.delete(id);
          looked.set(id, deps.clock.now());
          plan();
        });
    }
    plan();
  }

  function syncOf(project: ProjectId): ProjectSync {
    const sync = syncs.get(project) ?? createProjectSync(deps, { project, watch });
    syncs.set(project, sync);
    return sync;
  }

  return {
    start() {
      // Without forges there is nothing to wake up for.
      if (deps.forges !== undefined) begin();
    },
    async look(hint) {
      if (deps.forges !== undefined && !stopped) await syncOf(hint.project).look(hint);
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await Promise.all([...syncs.values()].map((sync) => sync.stop()));
    },
  };
}
