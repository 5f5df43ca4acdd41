import { access, mkdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

import {
  noCapabilities,
  type AgentDiscovery,
  type AgentDriver,
  type AgentLaunch,
  type AgentSettings,
  type LaunchInput,
} from "@orch/core";

import { bridgeFile } from "../bridge-file.ts";
import { concludeTurns } from "../conclude.ts";
import { findProgram, probeVersion, programFiles, requireProgram } from "../find-program.ts";
import type { AgentSurroundings } from "../surroundings.ts";
import { opencodeConfig, quietEnvironment, untrustedEnvironment } from "./opencode-config.ts";
import { HOME, opencodeHome, writeOpencodeHome } from "./opencode-home.ts";
import { opencodeModel, opencodeOptions } from "./opencode-options.ts";
import { opencodePermissions } from "./opencode-permissions.ts";
import { hasOwnConfiguration } from "./own-configuration.ts";

/**
 * OpenCode, run as `opencode serve` behind a bridge, with a home of its own for every run. Reads the login in
 * `settings.home` (the person's `~/.local/share/opencode` unless given) and never writes there.
 */
export function createOpencodeDriver(surroundings: AgentSurroundings): AgentDriver {
  return {
    name: "opencode",
    capabilities: {
      ...noCapabilities,
      steer: true,
      interrupt: true,
      resume: true,
      approvals: true,
      usage: true,
      cost: true,
    },
    credentialFiles: [`${HOME}/data/opencode/auth.json`],
    discover: (settings, signal) => discover(settings, surroundings, signal),
    launch: (input) => launch(input, surroundings),
    conclude: concludeTurns,
  };
}

async function discover(
  settings: AgentSettings,
  surroundings: AgentSurroundings,
  signal: AbortSignal,
): Promise<AgentDiscovery> {
  const [name = "opencode", ...rest] = settings.command;
  const path = await findProgram(name, surroundings);
  if (path === undefined) {
    return { installed: false, login: "unknown", hint: "Install it with npm install -g opencode-ai." };
  }
  const version = await probeVersion([path, ...rest], surroundings, signal);
  const login = await loginState(settings, surroundings);
  return {
    installed: true,
    path,
    ...(version === undefined ? {} : { version }),
    login,
    ...(login === "logged_out" ? { hint: "Run opencode auth login, or set agents.opencode.options.provider." } : {}),
  };
}

async function loginState(settings: AgentSettings, surroundings: AgentSurroundings): Promise<AgentDiscovery["login"]> {
  try {
    const { provider } = opencodeOptions(settings);
    if (provider !== undefined) {
      return provider.envKey === undefined || Object.hasOwn(settings.env, provider.envKey) ? "logged_in" : "logged_out";
    }
    await access(join(loginFolder(settings, surroundings), "auth.json"));
    return "logged_in";
  } catch {
    // A key in the environment would do as well, and the free models need none.
    return Object.keys(settings.env).some((key) => key.endsWith("_API_KEY")) ? "unknown" : "logged_out";
  }
}

async function launch(input: LaunchInput, surroundings: AgentSurroundings): Promise<AgentLaunch> {
  const { settings, cwd, permissions } = input;
  const trusted = input.trusted === true;
  const { provider, effort, maxRetries } = opencodeOptions(settings);
  const model = opencodeModel(input.model ?? settings.model, provider);
  const [name = "opencode", ...rest] = settings.command;
  const program = await requireProgram(name, surroundings);
  const home = opencodeHome(input.folder);
  await writeOpencodeHome(home, {
    trusted,
    ...(provider === undefined ? { loginFolder: loginFolder(settings, surroundings) } : {}),
    ...(input.resume === undefined ? {} : { past: input.resume.folder }),
  });
  const temporary = join(input.folder, "tmp");
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const setup = {
    permissions: opencodePermissions(permissions),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
  };
  const serve = [program, ...rest, "serve", "--hostname", "127.0.0.1", "--port", "0", ...settings.args];
  return {
    argv: [process.execPath, bridgeFile, cwd, trusted ? "" : home.guarded, ...serve],
    env: {
      ...input.env,
      ...quietEnvironment,
      ...(trusted ? {} : untrustedEnvironment),
      ...home.env,
      TMPDIR: temporary,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(setup)),
    },
    protocolOptions: {
      cwd,
      title: `${input.agent} ${input.attempt}`,
      system: await readFile(input.systemPromptFile, "utf8"),
      message: await readFile(input.messageFile, "utf8"),
      guarded: !trusted && (await hasOwnConfiguration(cwd)),
      supervised: permissions?.mode === "supervised",
      ...(model === undefined ? {} : { model: { ...model } }),
      ...(effort === undefined ? {} : { effort }),
      ...(maxRetries === undefined ? {} : { maxRetries }),
      ...(input.resume === undefined ? {} : { session: input.resume.session }),
    },
    writable: [],
    readable: [
      dirname(process.execPath),
      dirname(bridgeFile),
      ...(await Promise.all([program, ...rest.filter(isAbsolute)].map((path) => programFiles(path, surroundings)))),
    ],
  };
}

function loginFolder(settings: AgentSettings, surroundings: AgentSurroundings): string {
  return settings.home ?? join(surroundings.home, ".local", "share", "opencode");
}
