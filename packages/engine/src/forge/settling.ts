import { asOrchError, type ProjectId, type PullSettings, type Task, type Timer } from "@orch/core";

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
    const pull = projects.get(project)?.forge?.pull;
    if (pull === undefined) return;
    const tasks = await store.tasks({ project, statuses: ["in_review"], limit: MOST_TASKS });
    const now = clock.now();
    // What should have been seen by now waits for the forge, and so for the next round.
    const times = tasks.flatMap((task) => settlesAt(task, pull) ?? []);
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

/** When time alone, and nothing that a forge tells of, makes a pull request be seen differently. Undefined: never. */
export function settlesAt(task: Task, { checksWaitMs, requiredWaitMs }: PullSettings): number | undefined {
  const seen = task.status === "in_review" ? task.seen : undefined;
  if (seen?.state !== "open" || seen.countedAt === undefined) return undefined;
  const isGreen = seen.checks === "passing" || seen.checks === "none";
  if (isGreen && !seen.quiet) return seen.countedAt + checksWaitMs;
  const isLate = seen.missing === undefined || seen.missing.checks.length === 0 || seen.missing.overdue === true;
  return isLate ? undefined : seen.countedAt + requiredWaitMs;
}
