import { effectKey, taskKey, verdictOf, type Task } from "@orch/core";

import type { EngineDeps } from "./deps.ts";
import { moveTask } from "./move-task.ts";

const MOST_LOOKED_AT = 1_000;

/**
 * Gives back attempts in progress that no job stands for. Units of work keep that from happening; this net is for a
 * database that was mended by hand or written by a bug (SECURITY I4). Gives their number.
 */
export async function freeStuck(deps: EngineDeps): Promise<number> {
  const old = deps.clock.now() - deps.settings.stuckMs;
  const running = await deps.store.tasks({ statuses: ["in_progress"], limit: MOST_LOOKED_AT });
  const suspects = running.filter((task) => task.updatedAt < old);
  if (suspects.length === 0) return 0;
  const wanted = suspects.map(runKey);
  const jobs = await deps.store.jobs({ states: ["queued", "running"], keys: wanted, limit: MOST_LOOKED_AT });
  const keys = new Set(jobs.map((job) => job.key));
  const stuck = suspects.filter((task) => !keys.has(runKey(task)));
  for (const task of stuck) await giveBack(deps, task);
  return stuck.length;
}

function runKey(task: Task): string {
  if (task.status !== "in_progress") return "";
  const attempt = { project: task.project, id: task.id, attempt: task.attempt };
  return effectKey({
    kind: "attempt:run",
    attempt,
    agent: task.assignment.agent,
    round: task.round ?? task.version - 1,
  });
}

async function giveBack(deps: EngineDeps, task: Task): Promise<void> {
  if (task.status !== "in_progress") return;
  const { attempt } = task;
  deps.logger.error({ task: taskKey(task), attempt }, "an attempt that nobody works on is given back");
  await deps.runner.stop({ task, attempt, why: "nobody works on it" });
  await moveTask(deps, {
    ref: task,
    event: {
      type: "attempt:finished",
      attempt,
      verdict: verdictOf("session_lost", "Nobody worked on the attempt any more."),
      fingerprint: "stuck",
    },
    key: `${taskKey(task)} attempt ${attempt} stuck`,
    actor: "engine",
  });
}
