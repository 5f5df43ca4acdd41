import { asOrchError, packageVersion, systemClock, type OrchError } from "@orch/core";

import { composeDaemon } from "./compose.ts";
import { readEnvironment } from "./env.ts";
import { supervisorCommand } from "./supervisor-command.ts";
import { untilIdle } from "./until-idle.ts";

/**
 * Runs a daemon until it is asked to end: the first SIGINT or SIGTERM ends it in order, the second at once. With
 * `--ephemeral` it ends by itself when nothing is left to do and nobody listens. Gives the exit code; never rejects.
 */
export async function serve(self: NodeJS.Process): Promise<number> {
  const version = packageVersion(new URL("../package.json", import.meta.url));
  const ephemeral = self.argv.includes("--ephemeral");
  const end = new AbortController();
  let signals = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    self.on(signal, () => {
      signals += 1;
      if (signals > 1) self.exit(1);
      end.abort();
    });
  }
  const say = (line: string): void => void self.stderr.write(`${line}\n`);
  try {
    const environment = readEnvironment();
    await using daemon = await composeDaemon({
      environment,
      supervisor: supervisorCommand(self, environment.home),
      version,
      ephemeral,
      shutdown: () => end.abort(),
      // One that was started for a single command may never start an agent, and each session proves its own sandbox.
      ...(ephemeral ? {} : { proof: self, echo: say }),
    });
    if (!ephemeral) say(`orch ${version} serves on ${daemon.socket}; Ctrl-C ends it, agents go on.`);
    await (ephemeral ? untilIdle(daemon, { clock: systemClock, signal: end.signal }) : untilAborted(end.signal));
    return 0;
  } catch (thrown) {
    const error = asOrchError(thrown);
    say(
      ephemeral
        ? documentOf(error)
        : `error: ${error.message}${error.hint === undefined ? "" : `\nhint: ${error.hint}`}`,
    );
    return error.exitCode;
  }
}

/** What the command line that started an ephemeral daemon reads as the reason why it ended. */
function documentOf({ code, message, hint }: OrchError): string {
  return JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
