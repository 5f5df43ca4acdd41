import { spawn, type ChildProcess } from "node:child_process";

/** How a server process ended, in words. */
export interface ServerEnd {
  readonly words: string;
  /** The last of what it printed. */
  readonly output: string;
}

/** A running `opencode serve`. */
export interface Server {
  /** Where it listens; rejects never: undefined when it ended before it listened. */
  readonly url: Promise<string | undefined>;
  readonly ended: Promise<ServerEnd>;
  kill(signal: NodeJS.Signals): void;
}

const LISTENING = /\blistening on (http:\/\/\S+)/;
const KEPT = 4000;

/**
 * Starts the server in the bridge's own process group, so that whoever kills the group reaches both. It prints its
 * address on standard output; standard error is passed on.
 */
export function startServer(argv: readonly string[], env: NodeJS.ProcessEnv): Server {
  const [file = "", ...args] = argv;
  const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const { promise: url, resolve: listens } = Promise.withResolvers<string | undefined>();
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output = `${output}${chunk.toString()}`.slice(-KEPT);
    const [, address] = LISTENING.exec(output) ?? [];
    if (address !== undefined) listens(address);
  });
  const ended = endOf(child).then((words) => {
    listens(undefined);
    return { words, output };
  });
  return { url, ended, kill: (signal) => void child.kill(signal) };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("close", (code, signal) =>
      resolve(code === null ? `ended by ${signal}` : `ended with exit code ${code}`),
    );
  });
}
