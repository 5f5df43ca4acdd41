import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { onTestFinished } from "vitest";

/** A program of `programs/` that runs as a real process. */
export interface RunningProgram {
  readonly child: ChildProcess;
  /** What it has printed so far, by line. */
  readonly lines: readonly string[];
  /** Resolves when it has ended and all its output is in `lines`. */
  readonly ended: Promise<void>;
}

/** How to start a program otherwise than plainly. */
export interface StartOptions {
  /** Program and arguments to put before Node. */
  readonly under?: readonly string[];
  readonly uid?: number;
  readonly onLine?: (line: string) => void;
}

/** Starts a program from source; killed when the test has finished. */
export function startProgram(
  name: "claim-all" | "commit-forever" | "fill-disk" | "open-each",
  args: readonly string[],
  options: StartOptions = {},
): RunningProgram {
  const file = join(import.meta.dirname, "programs", `${name}.ts`);
  const [program = process.execPath, ...rest] = [
    ...(options.under ?? []),
    process.execPath,
    "--conditions=@orch/source",
    file,
    ...args,
  ];
  const child = spawn(program, rest, {
    stdio: ["pipe", "pipe", "inherit"],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    lines.push(line);
    options.onLine?.(line);
  });
  const ended = Promise.all([once(child, "close"), once(reader, "close")]).then(() => undefined);
  return { child, lines, ended };
}
