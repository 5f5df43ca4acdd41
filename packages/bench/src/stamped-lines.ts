import { spawn } from "node:child_process";
import { request } from "node:http";
import type { Readable } from "node:stream";

import { until } from "./programs.ts";
import { pause } from "./timing.ts";

/** How often a program prints a line, and how long the lines are. */
export interface Rhythm {
  readonly everyMs: number;
  readonly bytes: number;
}

/** The source of a program for `node -e` that prints lines with the time in them, forever. */
export function stampedLines({ everyMs, bytes }: Rhythm): string {
  const line = `"stamp:" + process.hrtime.bigint() + ";" + "x".repeat(${bytes})`;
  return `setInterval(() => console.log(${line}), ${everyMs})`;
}

const CALM_MS = 1_000;
const STAMP = /stamp:(\d+);/g;

/** Where stamped lines arrive. */
export interface Watcher extends Disposable {
  /** Milliseconds from print to arrival of each line since the last call. */
  take(): readonly number[];
}

function watch(text: Readable, close: () => void): Watcher {
  let latencies: number[] = [];
  text.setEncoding("utf8");
  text.on("data", (chunk: string) => {
    // All processes of a machine share the clock that counts from its start.
    const now = process.hrtime.bigint();
    for (const [, stamp] of chunk.matchAll(STAMP)) latencies.push(Number(now - BigInt(stamp ?? 0)) / 1e6);
  });
  text.on("error", () => undefined);
  return {
    take() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    [Symbol.dispose]: close,
  };
}

/** Follows a stream of events on a unix socket, once its head is there. */
export function watchStream(socketPath: string, path: string): Promise<Watcher> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false, headers: { accept: "text/event-stream" } });
    call.on("error", reject);
    call.on("response", (response) => {
      if (response.statusCode === 200) resolve(watch(response, () => response.destroy()));
      else reject(new Error(`${path}: status ${response.statusCode}`));
    });
    call.end();
  });
}

/** Runs a program that prints stamped lines, and follows it through a plain pipe. */
export function watchPipe(rhythm: Rhythm): Watcher {
  const child = spawn(process.execPath, ["-e", stampedLines(rhythm)], { stdio: ["ignore", "pipe", "ignore"] });
  return watch(child.stdout, () => child.kill("SIGKILL"));
}

/** Once every watcher has seen a line and all is calm, lets them see lines for a while, and gives all latencies. */
export async function latenciesOf(watchers: readonly Watcher[], ms: number): Promise<readonly number[]> {
  for (const watcher of watchers) await until("the first line", () => watcher.take().length > 0);
  await pause(CALM_MS);
  for (const watcher of watchers) watcher.take();
  await pause(ms);
  return watchers.flatMap((watcher) => watcher.take());
}
