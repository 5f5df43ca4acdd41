import { spawn } from "node:child_process";
import { join } from "node:path";

import { waitFor } from "@orch/testing";

const MAIN = join(import.meta.dirname, "..", "..", "dist", "main.mjs");

/** A daemon that really runs, and when it said what. */
export interface DaemonProcess {
  readonly pid: number;
  /** Monotonic milliseconds. */
  readonly spawnedAt: number;
  /** Monotonic milliseconds of the first line of its log that holds `text`; absent: it did not say so yet. */
  said(text: string): number | undefined;
  /** Resolves when it serves; rejects when it never does. */
  ready(): Promise<void>;
  /** Sends a signal and resolves with the exit code when the process is gone. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  readonly output: () => string;
}

/** Starts a daemon as built in `home`. `more`: variables besides the few that it always has. */
export function startDaemon(home: string, more: Readonly<Record<string, string>> = {}): DaemonProcess {
  const spawnedAt = performance.now();
  const child = spawn(process.execPath, [MAIN], {
    cwd: home,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      ORCH_HOME: home,
      // One that is killed keeps nothing of what it compiled, so all share what others kept.
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(home, "cache", "node"),
      ...more,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const gone = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines: { readonly at: number; readonly text: string }[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => lines.push({ at: performance.now(), text }));
  const said = (text: string): number | undefined => lines.find((line) => line.text.includes(text))?.at;
  const output = (): string => lines.map((line) => line.text).join("");
  return {
    pid: child.pid ?? 0,
    spawnedAt,
    said,
    output,
    async ready() {
      await waitFor("the daemon", () => said(" serves on ") ?? child.exitCode ?? undefined);
    },
    async end(signal) {
      child.kill(signal);
      return gone;
    },
  };
}
