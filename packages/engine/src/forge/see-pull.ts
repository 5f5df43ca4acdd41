import { isDeepStrictEqual } from "node:util";

import { taskKey, type Forge, type Task } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { moveTask } from "../move-task.ts";
import { seeOrFollowUp } from "./follow-ups.ts";
import { followsPull } from "./look-at-pull.ts";

/** Looks at a task's pull request and moves the task by what is new there; costs no commit when nothing is. */
export async function seePull(
  deps: EngineDeps,
  { forge, task }: { readonly forge: Forge; readonly task: Task },
): Promise<void> {
  const look = await seeOrFollowUp({ deps, forge, task });
  if (look === undefined) return;
  const { facts, feedback, followUps } = look;
  const before = "seen" in task ? task.seen : undefined;
  if (feedback === undefined && followUps === undefined && isDeepStrictEqual(before, facts)) return;
  // What is not in review moves by a merge alone.
  if (!followsPull(task) && facts.state !== "merged") return;
  await moveTask(deps, {
    ref: task,
    event: { type: "pull:seen", ...look },
    key: `${taskKey(task)} pull seen ${task.version}`,
    actor: "engine",
  });
}
