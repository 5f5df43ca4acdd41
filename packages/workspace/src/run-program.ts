import { execFile, type ExecFileException } from "node:child_process";

/** How a program is run. */
export interface ProgramRun {
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Standard input; absent: it is at its end. */
  readonly input?: string | Uint8Array;
  /** After this long it is asked to end (SIGTERM), and its output is not waited for. */
  readonly limitMs: number;
  /** Of standard output; what is longer is cut, and the program is ended. At least 1 MiB of standard error is kept. */
  readonly maxBytes: number;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Absent when it could not be started, or was ended by a signal. */
  readonly exitCode?: number;
  /** Why it could not be started: there is no such program. */
  readonly missing?: Error;
  readonly timedOut: boolean;
  /** True when standard output was longer than allowed. */
  readonly truncated: boolean;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const MOST_MESSAGES = 1024 * 1024;

/** Runs a program without a shell, and waits for its end. Never rejects. */
export async function runProgram(file: string, args: readonly string[], run: ProgramRun): Promise<ProgramEnd> {
  const { maxBytes } = run;
  const { error, stdout, stderr } = await collect(file, args, run);
  const cut = error?.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";
  const exitCode = error === null ? 0 : error.code;
  return {
    ...(typeof exitCode === "number" ? { exitCode } : {}),
    ...(error?.code === "ENOENT" ? { missing: error } : {}),
    timedOut: error?.killed === true && !cut,
    truncated: cut || stdout.length > maxBytes,
    stdout: stdout.subarray(0, maxBytes),
    stderr,
  };
}

interface Collected {
  readonly error: ExecFileException | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

async function collect(file: string, args: readonly string[], run: ProgramRun): Promise<Collected> {
  const { cwd, env, limitMs, maxBytes } = run;
  // One limit is for both streams, and a short one must not cut messages.
  const options = { cwd, env, timeout: limitMs, maxBuffer: Math.max(maxBytes, MOST_MESSAGES) };
  const { promise, resolve } = Promise.withResolvers<Collected>();
  try {
    const child = execFile(file, args, { ...options, encoding: "buffer" }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
    // A program that has heard enough closes its input.
    child.stdin?.on("error", () => undefined).end(run.input);
  } catch (thrown) {
    // Arguments that the system refuses are thrown at once.
    const error = thrown instanceof Error ? thrown : new TypeError(String(thrown));
    resolve({ error, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) });
  }
  return promise;
}
