// Plays one attempt of a recording in the current folder: node replay-player-main RECORDING ATTEMPT PROMPT PACE.
// It imports nothing of the workspace, so that it runs as source and as built, inside any sandbox.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { parseRecording } from "./replay/parse-recording.ts";
import { createPlayer } from "./replay/player.ts";
import { chooseAttempt } from "./replay/recording.ts";

const [recordingFile = "", attempt = "1", promptFile = "", stretch = "1"] = process.argv.slice(2);

async function main(): Promise<void> {
  const parsed = parseRecording(readFileSync(recordingFile, "utf8"));
  if (!parsed.ok) return fail(`the recording ${parsed.problem}`);
  const chosen = chooseAttempt(parsed.recording, Number(attempt), readFileSync(promptFile, "utf8"));
  if (chosen === undefined) return fail(`nothing is recorded for attempt ${attempt} of this prompt`);
  const player = createPlayer({
    cwd: process.cwd(),
    print: (line) => void process.stdout.write(`${line}\n`),
    now: () => performance.now(),
    pause,
  });
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => player.hear(line));
  input.on("close", () => player.inputClosed());
  process.exitCode = await player.play(chosen.steps);
  input.close();
  process.stdin.destroy();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms * Number(stretch));
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}

function fail(message: string): void {
  process.stderr.write(`replay: ${message}\n`);
  process.exitCode = 2;
}

await main();
