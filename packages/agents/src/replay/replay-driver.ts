import { access } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";

import {
  noCapabilities,
  orchError,
  type AgentDriver,
  type AgentLaunch,
  type AgentSettings,
  type LaunchInput,
} from "@orch/core";
import { numberAt, textAt } from "@orch/parser/text";

import { concludeTurns } from "../conclude.ts";
import { checkOptions, type OptionKind } from "../parse-options.ts";
import { playerFile } from "../player-file.ts";

const KEYS: Readonly<Record<string, OptionKind>> = { recording: "text", pace: "number" };

/**
 * Plays a recorded run with real edits, for demos and tests. `options.recording` is the absolute path of a recording,
 * `options.pace` stretches its waits (0: none, 1: as recorded).
 */
export function createReplayDriver(): AgentDriver {
  return {
    name: "replay",
    capabilities: { ...noCapabilities, steer: true, interrupt: true, usage: true, cost: true },
    credentialFiles: [],
    discover: (settings) => Promise.resolve(discovered(settings)),
    launch,
    conclude: concludeTurns,
  };
}

function discovered(settings: AgentSettings): Awaited<ReturnType<AgentDriver["discover"]>> {
  const found = { installed: true, path: playerFile, login: "logged_in" } as const;
  return textAt(settings.options, "recording") === undefined
    ? { ...found, hint: "Set options.recording to the path of a recording." }
    : found;
}

async function launch(input: LaunchInput): Promise<AgentLaunch> {
  const options = checkOptions("replay options", input.settings.options, KEYS);
  const recording = textAt(options, "recording") ?? "";
  if (!isAbsolute(recording)) throw unusable("replay options.recording must be an absolute path");
  await access(recording).catch((cause: unknown) => {
    throw unusable(`the recording ${recording} can't be read`, cause);
  });
  const pace = numberAt(options, "pace") ?? 1;
  return {
    argv: [process.execPath, playerFile, recording, String(input.attempt), input.messageFile, String(pace)],
    env: input.env,
    protocolOptions: {},
    writable: [],
    readable: [...new Set([dirname(process.execPath), dirname(playerFile), dirname(recording)])],
  };
}

function unusable(message: string, cause?: unknown): Error {
  return orchError("config_invalid", message, { hint: "Give the path of an existing recording file.", cause });
}
