import { spawn } from "node:child_process";

import { asOrchError } from "@orch/core";

import type { LocalVerb } from "../context.ts";
import { daemonCommand, endEphemeralDaemon } from "../daemon-process.ts";
import { daemonEnvironment } from "../env.ts";

/** Runs the daemon in the foreground; its exit code is ours. */
export const serve: LocalVerb<"serve"> = async (context, { ephemeral }) => {
  const { host } = context;
  // What `orch init` or `orch run` started makes room for the one that stays.
  if (ephemeral !== true) await endEphemeralDaemon(context);
  const [program, ...args] = daemonCommand();
  const words = ["serve", ...(ephemeral === true ? ["--ephemeral"] : [])];
  const child = spawn(program, [...args, ...words], { stdio: "inherit", env: daemonEnvironment(host.home) });
  // The terminal sends Ctrl-C to both, and the daemon knows what to do with it; other signals reach only this process.
  const restore = [
    host.onSignal("SIGINT", () => undefined),
    host.onSignal("SIGTERM", () => void child.kill("SIGTERM")),
  ];
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(asOrchError(error)));
    child.once("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  for (const undo of restore) undo();
  return { exitCode: code === 0 || code === 2 || code === 3 || code === 4 ? code : 1 };
};
