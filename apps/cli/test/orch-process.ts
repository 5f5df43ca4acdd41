import { spawn } from "node:child_process";
import { join } from "node:path";

/** How a run of the command line ended. */
export interface OrchRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const MAIN = join(import.meta.dirname, "..", "dist", "main.mjs");

/** Where the command line runs, and what happens while it does. */
export interface OrchPlace {
  readonly home: string;
  readonly folder: string;
  readonly input?: string;
  /** Where its programs are looked up; absent: as here. */
  readonly path?: string;
  /** Called with everything that came out so far, and a way to send a signal. */
  readonly onOutput?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the real entry point as built, as a process of its own with an environment of its own. */
export async function orch(args: readonly string[], place: OrchPlace): Promise<OrchRun> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: place.folder,
    env: { PATH: place.path ?? process.env["PATH"], HOME: place.home, ORCH_HOME: place.home },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk;
    place.onOutput?.(out, (signal) => void child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  child.stdin.end(place.input ?? "");
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}
