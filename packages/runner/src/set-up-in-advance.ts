import { internalTaskId, type PreparedClone, type ProjectSettings, type TaskId } from "@orch/core";

import type { CommandContext } from "./context.ts";
import type { RunnerDeps } from "./deps.ts";
import { describeExit, runCommand } from "./run-command.ts";

/**
 * The task that stands for none: sessions belong to attempts, and a set-up in advance has no task. No attempt of its is
 * ever in progress, so whoever starts a daemon ends what a dead one left running.
 */
export const nobodysTask: TaskId = internalTaskId(999_999_999_999_999);

/**
 * Runs a project's set-up in a clone that no task has yet, confined as every hook. False: it failed, which is logged, or
 * it was called off; then it is ended. What the session keeps of itself is removed.
 */
export async function setUpInAdvance(
  deps: RunnerDeps,
  input: { readonly project: ProjectSettings; readonly clone: PreparedClone; readonly signal: AbortSignal },
): Promise<boolean> {
  const { project, clone, signal } = input;
  const hook = project.hooks.afterCreate;
  if (hook === undefined) return true;
  const ref = { project: project.id, id: nobodysTask, attempt: 1 };
  const context: CommandContext = { deps, ref, project, signal };
  // Never the name of an earlier one: its result would count.
  const name = `set-up-${deps.random.token(8)}`;
  const request = {
    name,
    purpose: "hook",
    argv: hook.run,
    env: {},
    timeoutMs: hook.timeoutMs,
    network: "project",
  } as const;
  try {
    const { exit, tail } = await runCommand(context, { clone, request });
    if (exit.cause === "exited" && exit.code === 0) return true;
    const facts = { project: project.id, exit: describeExit(exit), tail };
    deps.logger.warn(facts, "a set-up in advance failed, so the next task makes its clone itself");
    return false;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  } finally {
    await endSessions(deps, ref);
    await deps.files.remove(ref, name);
  }
}

async function endSessions({ sessions }: RunnerDeps, ref: CommandContext["ref"]): Promise<void> {
  for (const { id, attempt } of await sessions.list()) {
    if (attempt.project !== ref.project || attempt.id !== ref.id) continue;
    await sessions.stop(id, { mode: "terminate", why: "the set-up in advance has ended" });
    await sessions.release(id);
  }
}
