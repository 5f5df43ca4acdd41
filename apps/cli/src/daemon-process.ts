import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { isDaemonGone, parseAnswer } from "@orch/api";
import { isOrchError, orchError, type OrchError } from "@orch/core";

import type { Context } from "./context.ts";
import { daemonEnvironment } from "./env.ts";
import { withProgress } from "./progress.ts";
import { stopDaemon } from "./stop-daemon.ts";
import { tailOf } from "./verbs/log.ts";

const LOOK_MS = 50;
const PATIENCE_MS = 30_000;

/** The program of the daemon and the words before its own arguments. */
export function daemonCommand(): readonly [program: string, ...args: string[]] {
  return [process.execPath, ...process.execArgv, fileURLToPath(import.meta.resolve("@orch/daemon/main"))];
}

/** Makes sure that a daemon answers: the running one, or one that ends by itself when nothing is left to do. */
export async function ensureDaemon(context: Context): Promise<void> {
  if (await answers(context)) return;
  await withProgress(context, "Starting", () => startEphemeral(context));
}

/**
 * Ends a daemon that would end by itself anyway, and waits until it has; agents go on. One that stays is left alone.
 */
export async function endEphemeralDaemon(context: Context): Promise<void> {
  try {
    const { ephemeral } = await context.client.health();
    if (ephemeral) await stopDaemon(context);
  } catch (error) {
    if (!isDaemonGone(error) && !isOrchError(error, "timeout")) throw error;
  }
}

async function answers({ client }: Context): Promise<boolean> {
  try {
    await client.health();
    return true;
  } catch (error) {
    if (isDaemonGone(error)) return false;
    throw error;
  }
}

async function startEphemeral(context: Context): Promise<void> {
  const { clock, home } = context.host;
  const log = join(home, "logs", "ephemeral.log");
  const end = clock.monotonic() + PATIENCE_MS;
  let ended = launch(home, log);
  while (!(await answers(context))) {
    if (clock.monotonic() > end) throw orchError("timeout", "the daemon does not answer", { hint: "See: orch log" });
    if (ended.aborted) {
      const why = await whyEnded(log);
      // Another one came first. It answers soon, or it is about to end and the next one of ours takes its place.
      if (why.code !== "daemon_running") throw why;
      ended = launch(home, log);
    }
    await clock.sleep(LOOK_MS, ended);
  }
}

/** Starts a daemon; the signal aborts when it has ended. */
function launch(home: string, log: string): AbortSignal {
  const child = spawnDaemon(home, log);
  const ended = new AbortController();
  child.once("error", () => ended.abort());
  child.once("exit", () => ended.abort());
  return ended.signal;
}

function spawnDaemon(home: string, log: string): ChildProcess {
  const [program, ...args] = daemonCommand();
  let output: number;
  try {
    mkdirSync(join(home, "logs"), { recursive: true, mode: 0o700 });
    output = openSync(log, "a", 0o600);
  } catch (cause) {
    throw orchError("home_unusable", `the home folder ${home} can't be written`, {
      hint: "Make it writable, or set ORCH_HOME to another folder.",
      cause,
    });
  }
  // A session of its own: Ctrl-C reaches this process alone, which then asks the daemon to stop the attempt cleanly.
  const child = spawn(program, [...args, "serve", "--ephemeral"], {
    detached: true,
    env: daemonEnvironment(home),
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  return child;
}

/** The error document that an ephemeral daemon leaves as its last words. */
async function whyEnded(log: string): Promise<OrchError> {
  const lines = await tailOf(log, { count: 3 }).catch(() => []);
  const last = parseAnswer(lines.at(-1) ?? "");
  if (!last.ok && last.error.code !== "internal") return last.error;
  return orchError("daemon_absent", `the daemon ended at once: ${lines.join(" ")}`, { hint: "See: orch log" });
}
