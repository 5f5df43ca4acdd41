import type { PreparedClone } from "@orch/core";

import type { StepContext } from "../context.ts";
import { describeExit, runCommand } from "../run-command.ts";

/** Runs the project's `after_run` hook. Its failure is told, but it says nothing about the agent's work. */
export async function runAfterHook(context: StepContext, clone: PreparedClone): Promise<void> {
  const hook = context.run.project.hooks.afterRun;
  if (hook === undefined || context.journal.output("collect") !== undefined) return;
  const request = {
    name: "hook-after-run",
    purpose: "hook",
    argv: hook.run,
    env: {},
    timeoutMs: hook.timeoutMs,
    network: "project",
  } as const;
  const { exit, tail } = await runCommand(context, { clone, request });
  if (exit.cause === "exited" && exit.code === 0) return;
  context.deps.logger.warn({ attempt: context.ref, exit: describeExit(exit), tail }, "the after_run hook failed");
}
