import type { ProjectSettings, Task } from "@orch/core";
import { confineProject } from "@orch/security";

import type { CommandContext } from "../context.ts";
import type { RunnerDeps } from "../deps.ts";
import { describeExit, runCommand } from "../run-command.ts";
import { portsOf } from "../task-ports.ts";
import { cloneFrom } from "./prepare.ts";

/** Runs the project's `before_remove` hook in the clone of the last attempt that had one. Its failure is only told. */
export async function runBeforeRemove(
  deps: RunnerDeps,
  input: { readonly task: Task; readonly project: ProjectSettings; readonly signal: AbortSignal },
): Promise<void> {
  const { task, signal } = input;
  const project = confineProject(input.project, task);
  const hook = project.hooks.beforeRemove;
  const attempt = (await deps.store.attempts(task)).at(-1);
  if (hook === undefined || attempt === undefined) return;
  const prepared = (await deps.store.steps(attempt)).find(({ step, state }) => step === "prepare" && state === "done");
  if (prepared === undefined) return;
  const ports = await portsOf(deps, task);
  const { assignment } = attempt;
  const context: CommandContext = {
    deps,
    ref: attempt,
    project,
    signal,
    assignment,
    ...(ports === undefined ? {} : { ports }),
  };
  const request = {
    name: "hook-before-remove",
    purpose: "hook",
    argv: hook.run,
    env: {},
    timeoutMs: hook.timeoutMs,
    network: "project",
  } as const;
  const { exit, tail } = await runCommand(context, { clone: cloneFrom(prepared.output), request });
  if (exit.cause === "exited" && exit.code === 0) return;
  deps.logger.warn({ task, exit: describeExit(exit), tail }, "the before_remove hook failed");
}
