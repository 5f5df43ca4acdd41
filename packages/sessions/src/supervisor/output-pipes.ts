import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** The two pipes that a process prints into. */
export interface OutputPipes {
  /** What the process gets as standard output and standard error. */
  readonly writeEnds: readonly [number | "pipe", number | "pipe"];
  /** Where they come out; undefined where Node has to make them. */
  readonly readers: { readonly stdout: Readable; readonly stderr: Readable } | undefined;
  /** Lets go of the write ends, once the process has its own. */
  release(): void;
}

/**
 * Opens real pipes, by way of named ones in `folder`. What Node calls a pipe is a socket pair, and programs that open
 * `/dev/stdout` or `/dev/stderr` by name fail on a socket. Where the system can't make pipes, Node's have to do.
 */
export function openOutputPipes(folder: string): OutputPipes {
  const paths = [join(folder, "stdout.pipe"), join(folder, "stderr.pipe")] as const;
  for (const path of paths) rmSync(path, { force: true });
  try {
    const { status } = spawnSync("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" });
    if (status !== 0) return { writeEnds: ["pipe", "pipe"], readers: undefined, release: () => undefined };
    const [stdout, stderr] = [openPipe(paths[0]), openPipe(paths[1])];
    return {
      writeEnds: [stdout.writeEnd, stderr.writeEnd],
      readers: { stdout: stdout.reader, stderr: stderr.reader },
      release() {
        closeSync(stdout.writeEnd);
        closeSync(stderr.writeEnd);
      },
    };
  } finally {
    for (const path of paths) rmSync(path, { force: true });
  }
}

function openPipe(path: string): { readonly reader: Readable; readonly writeEnd: number } {
  // The read end first and without waiting: opening one end waits for the other.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, "w");
  return { reader: new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd };
}
