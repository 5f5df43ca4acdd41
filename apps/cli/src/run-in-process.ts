import { orchError, systemClock } from "@orch/core";

import { runCli } from "./cli.ts";
import type { CallerEnvironment } from "./env.ts";
import type { Host, Screen } from "./host.ts";
import { reportFailure } from "./render/failure.ts";

/** What a body may have. */
const LONGEST_INPUT = 262_144;

/** Runs the command line, or another program of its kind, in this very process, and gives the exit code; never rejects. */
export async function runInProcess(
  self: NodeJS.Process,
  environment: CallerEnvironment,
  program: (host: Host) => Promise<number> = runCli,
): Promise<number> {
  const out = screenOf(self.stdout);
  const err = screenOf(self.stderr);
  // A reader that went away (`orch task list | head`) is no failure.
  for (const stream of [self.stdout, self.stderr]) stream.on("error", () => undefined);
  try {
    const { home } = environment;
    if (home === undefined) {
      throw orchError("home_unusable", "ORCH_HOME is not a whole path", { hint: "Set it to a full path." });
    }
    const host: Host = {
      ...environment,
      home,
      argv: self.argv.slice(2),
      folder: self.cwd(),
      out,
      err,
      clock: systemClock,
      readInput: (longest = LONGEST_INPUT) => readBounded(self.stdin, longest),
      onSignal(signal, handler) {
        self.on(signal, handler);
        return () => void self.off(signal, handler);
      },
    };
    return await program(host);
  } catch (thrown) {
    return reportFailure(thrown, { err, json: self.argv.includes("--json"), color: false });
  }
}

function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns : 80,
    write: (text) => void stream.write(text),
  };
}

/** Standard input as text. Throws `usage` when it is longer than the verb takes, before it fills the memory. */
async function readBounded(stream: NodeJS.ReadStream, longest: number): Promise<string> {
  stream.setEncoding("utf8");
  let text = "";
  for await (const chunk of stream as AsyncIterable<string>) {
    text += chunk;
    if (text.length > longest) {
      throw orchError("usage", "standard input is too long", { hint: `At most ${longest} characters.` });
    }
  }
  return text;
}
