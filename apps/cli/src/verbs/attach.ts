import { spawn } from "node:child_process";

import { asOrchError, systemRandom } from "@orch/core";

import { placeOf, type Context, type LocalVerb } from "../context.ts";
import { followSession } from "../follow-session.ts";

/** How long a hold lasts when this program dies, and how often it is renewed until then. */
const HOLD_SECONDS = 60;
const RENEW_MS = 20_000;

/** Opens a running task's session in its terminal, or follows its transcript. */
export const attach: LocalVerb<"task attach"> = async (context, { task, follow }) => {
  const { host, client, global } = context;
  const data = await client.call("task attach", { task, ...placeOf(context) });
  if (global.json) return { data };
  const [program, ...args] = data.argv ?? [];
  if (program !== undefined && follow !== true && host.out.isTerminal) {
    const ended = new AbortController();
    const held = holdWhile(context, task, ended.signal);
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(program, args, { stdio: "inherit" });
      child.once("error", (error) => reject(asOrchError(error)));
      child.once("exit", (exitCode) => resolve(exitCode ?? 1));
    }).finally(() => ended.abort());
    await held;
    return { exitCode: code === 0 ? 0 : 1 };
  }
  const ending = new AbortController();
  const restore = host.onSignal("SIGINT", () => ending.abort());
  await followSession(context, { session: data.session, signal: ending.signal });
  restore();
  return { exitCode: 0 };
};

/** Who has the session on a terminal has taken it over, until they leave it. */
async function holdWhile(context: Context, task: string, signal: AbortSignal): Promise<void> {
  const { client, host } = context;
  // Whoever leaves first must not let go for others, nor for another terminal of their own.
  const request = { task, terminal: systemRandom.token(8), ...placeOf(context) };
  // A session that has ended meanwhile, or a daemon that is gone, has nothing to hold.
  const tell = (how: { readonly seconds?: number; readonly release?: boolean }): Promise<unknown> =>
    client.call("task hold", { ...request, ...how }).catch(() => undefined);
  while (!signal.aborted) {
    await tell({ seconds: HOLD_SECONDS });
    await host.clock.sleep(RENEW_MS, signal);
  }
  await tell({ release: true });
}
