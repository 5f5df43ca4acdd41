import { spawn } from "node:child_process";

import { asOrchError } from "@orch/core";

import { placeOf, type LocalVerb } from "../context.ts";
import { followSession } from "../follow-session.ts";

/** Opens a running task's session in its terminal, or follows its transcript. */
export const attach: LocalVerb<"task attach"> = async (context, { task, follow }) => {
  const { host, client, global } = context;
  const data = await client.call("task attach", { task, ...placeOf(context) });
  if (global.json) return { data };
  const [program, ...args] = data.argv ?? [];
  if (program !== undefined && follow !== true && host.out.isTerminal) {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(program, args, { stdio: "inherit" });
      child.once("error", (error) => reject(asOrchError(error)));
      child.once("exit", (exitCode) => resolve(exitCode ?? 1));
    });
    return { exitCode: code === 0 ? 0 : 1 };
  }
  const ending = new AbortController();
  const restore = host.onSignal("SIGINT", () => ending.abort());
  await followSession(context, { session: data.session, signal: ending.signal });
  restore();
  return { exitCode: 0 };
};
