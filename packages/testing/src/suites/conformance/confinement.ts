import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";

import {
  orchError,
  sandboxModes,
  type AgentLaunch,
  type LaunchInput,
  type SessionExit,
  type SessionSpec,
} from "@orch/core";

/** What a session may touch in a case. */
export interface ConfinedRun {
  readonly launch: AgentLaunch;
  readonly input: LaunchInput;
  /** The folder of the case, with the agent's `HOME` in it. */
  readonly root: string;
  /** The address of its model's service; `srt` lets it reach nothing else. */
  readonly service: string;
}

/**
 * None, as the suite asks what agents do and not what they may; with `ORCH_CONFORMANCE_SANDBOX` the one that it names,
 * about as tight as an attempt's own: the clone and the agent's folders can be written, the person's home is hidden.
 */
export function confinementOf({ launch, input, root, service }: ConfinedRun): SessionSpec["sandbox"] {
  const wanted = process.env["ORCH_CONFORMANCE_SANDBOX"] ?? "none";
  const mode = sandboxModes.find((known) => known === wanted);
  if (mode === undefined)
    throw orchError("usage", `ORCH_CONFORMANCE_SANDBOX names no sandbox: ${wanted}`, { hint: sandboxModes.join(", ") });
  if (mode === "none") return { mode, write: [], hide: [], read: [], network: true };
  const { command, args, env } = input.settings;
  const named = [process.execPath, ...command, ...args, ...Object.values(env)].filter((word) => isAbsolute(word));
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((path) => isAbsolute(path));
  return {
    mode,
    write: [input.cwd, input.folder, join(root, "home"), ...launch.writable],
    hide: [homedir()],
    read: [input.systemPromptFile, input.messageFile, ...folders, ...named.map(installed), ...launch.readable],
    network: true,
    ...(mode === "bwrap" ? {} : { egress: { allow: [], endpoints: [service] } }),
  };
}

/** A program's folder, or all packages that are installed beside it. */
function installed(program: string): string {
  return /^.*?\/node_modules(?=\/)/.exec(program)?.[0] ?? dirname(program);
}

/** A case that was to be confined and was not proves nothing. One whose supervisor was killed does not tell. */
export function checkConfined({ mode }: SessionSpec["sandbox"], { confinement }: SessionExit): void {
  if (mode === "none" || mode === "auto" || confinement === undefined || confinement.sandbox === mode) return;
  throw orchError("sandbox_unavailable", `the session was to run in ${mode} and ran in ${confinement.sandbox}`);
}
