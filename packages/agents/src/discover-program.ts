import type { AgentDiscovery, AgentSettings } from "@orch/core";

import { findProgram, probeVersion } from "./find-program.ts";
import type { AgentSurroundings } from "./surroundings.ts";

/** What a driver knows of its command line. */
export interface ProgramKnowledge {
  readonly settings: AgentSettings;
  readonly surroundings: AgentSurroundings;
  readonly signal: AbortSignal;
  /** The program where the settings name none; absent: they have to. */
  readonly usual?: string;
  /** How to install `usual`. */
  readonly installHint?: string;
  /** Gives the command to which `--version` is added, undefined: it would not be understood. Absent: the program and its own arguments. */
  readonly versionArgv?: (path: string) => readonly string[] | undefined | Promise<readonly string[] | undefined>;
  /** Absent: nothing can be known of it. */
  readonly login?: () => Promise<AgentDiscovery["login"]>;
  readonly loginHint?: string;
}

/** Looks whether an agent's program is there, which version it is, and whether somebody is logged in. Never rejects. */
export async function discoverProgram(knowledge: ProgramKnowledge): Promise<AgentDiscovery> {
  const { settings, surroundings, signal, usual = "", installHint, loginHint } = knowledge;
  const [name = usual, ...rest] = settings.command;
  const path = await findProgram(name, surroundings);
  if (path === undefined) {
    const hint =
      installHint ?? (name === "" ? "Set agents.<name>.command." : `Install ${name}, or give its absolute path.`);
    return { installed: false, login: "unknown", hint };
  }
  const argv = knowledge.versionArgv === undefined ? [path, ...rest] : await knowledge.versionArgv(path);
  const version = argv === undefined ? undefined : await probeVersion(argv, surroundings, signal);
  const login = (await knowledge.login?.()) ?? "unknown";
  return {
    installed: true,
    path,
    ...(version === undefined ? {} : { version }),
    login,
    ...(login === "logged_out" && loginHint !== undefined ? { hint: loginHint } : {}),
  };
}
