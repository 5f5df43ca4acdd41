import { asOrchError, type ProjectId, type Task, type Timer } from "@orch/core";

import type { EngineDeps } from "../deps.ts";

const MOST_TASKS = 10_000;

/** Looks at pull requests once their checks have had the time to come: nobody tells of that. */
export interface Settling {
  /** Plans the next look, by what was seen last. Never rejects. */
  plan(): Promise<void>;
  stop(): void;
}

/** Nothing is planned yet. `look`: looks at the pull requests of the project that are due. */
export function createSettling(
  { clock, store, projects, logger }: EngineDeps,
  { project, look }: { readonly project: ProjectId; readonly look: () => Promise<void> },
): Settling {
  let timer: Timer | undefined;
  let stopped = false;

  async function plan(): Promise<void> {
    try {
      await planNext();
    } catch (error) {
      logger.debug({ project, error: asOrchError(error) }, "the end of a wait for checks is left to the next round");
    }
  }

  async function planNext(): Promise<void> {
    const waitMs = projects.get(project)?.forge?.pull.checksWaitMs;
    if (waitMs === undefined) return;
    const tasks = await store.tasks({ project, statuses: ["in_review"], limit: MOST_TASKS });
    const now = clock.now();
    // What should have been seen by now waits for the forge, and so for the next round.
    const times = tasks.flatMap((task) => countedAt(task) ?? []).map((at) => at + waitMs);
    const next = Math.min(...times.filter((time) => time > now));
    timer?.cancel();
    if (Number.isFinite(next) && !stopped) timer = clock.after(next - now, () => void look().then(plan, plan));
  }

  return {
    plan,
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** Since when there are as many checks as now, where time alone is missing. */
function countedAt(task: Task): number | undefined {
  const seen = task.status === "in_review" ? task.seen : undefined;
  if (seen?.state !== "open" || seen.quiet) return undefined;
  return seen.checks === "passing" || seen.checks === "none" ? seen.countedAt : undefined;
}
