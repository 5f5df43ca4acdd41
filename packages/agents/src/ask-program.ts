import { execFile } from "node:child_process";

/** How a program is asked. */
export interface Question {
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** After this long it is asked to end, and half a second later it is ended. */
  readonly limitMs: number;
  /** What is longer is no answer. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

const GRACE_MS = 500;

/** What a program prints that ends well, run without a shell and without input; undefined for every other end. */
export function askProgram(argv: readonly string[], question: Question): Promise<string | undefined> {
  const { limitMs, maxBytes, ...surroundings } = question;
  const [file = "", ...args] = argv;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  try {
    const options = { ...surroundings, timeout: limitMs, maxBuffer: maxBytes };
    const child = execFile(file, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
    child.stdin?.on("error", () => undefined).end();
    AbortSignal.timeout(limitMs + GRACE_MS).addEventListener("abort", () => child.kill("SIGKILL"));
  } catch {
    // Arguments that the system refuses are thrown at once.
    resolve(undefined);
  }
  return promise;
}
