import { access, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import {
  noCapabilities,
  type AgentDiscovery,
  type AgentDriver,
  type AgentLaunch,
  type AgentSettings,
  type Json,
  type LaunchInput,
  type LoginFile,
} from "@orch/core";

import { bridgeFile } from "../bridge-file.ts";
import { concludeTurns } from "../conclude.ts";
import { discoverProgram } from "../discover-program.ts";
import { agentFiles, requireProgram } from "../find-program.ts";
import { credentialsIn } from "../login-copy.ts";
import type { AgentSurroundings } from "../surroundings.ts";
import { opencodeConfig, quietEnvironment, untrustedEnvironment } from "./opencode-config.ts";
import {
  bringOpencodeConversation,
  HOME,
  opencodeHome,
  opencodeLoginIn,
  writeOpencodeHome,
  type HomeContents,
  type OpencodeHome,
} from "./opencode-home.ts";
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
    credentials: (settings) => credentialsIn(opencodeLoginIn(loginFolder(settings, surroundings))),
    discover: (settings, signal) =>
      discoverProgram({
        settings,
        surroundings,
        signal,
        usual: "opencode",
        installHint: "Install it with npm install -g opencode-ai.",
        login: () => loginState(settings, surroundings),
        loginHint: "Run opencode auth login, or set agents.opencode.options.provider.",
      }),
    bringConversation: bringOpencodeConversation,
    launch: (input) => launch(input, surroundings),
    conclude: concludeTurns,
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
  const login = await giveHome(input, {
    home,
    trusted,
    ...(provider === undefined ? { loginFolder: loginFolder(settings, surroundings) } : {}),
    ...(model === undefined ? {} : { provider: model.providerID }),
  });
  const temporary = join(input.folder, "tmp");
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const setup = {
    permissions: opencodePermissions(permissions),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
  };
  const guarded = !trusted && (await hasOwnConfiguration(cwd));
  const serve = [program, ...rest, "serve", "--hostname", "127.0.0.1", "--port", "0", ...settings.args];
  return {
    argv: [process.execPath, bridgeFile, cwd, guarded ? home.guarded : "", ...serve],
    env: {
      ...input.env,
      ...quietEnvironment,
      ...(trusted ? {} : untrustedEnvironment),
      ...home.env,
      TMPDIR: temporary,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(setup)),
    },
    ...(login === undefined ? {} : { logins: [login] }),
    protocolOptions: await protocolOptions(input, {
      guarded,
      ...(model === undefined ? {} : { model: { ...model } }),
      ...(effort === undefined ? {} : { effort }),
      ...(maxRetries === undefined ? {} : { maxRetries }),
    }),
    writable: [],
    readable: [dirname(process.execPath), dirname(bridgeFile), ...(await agentFiles(program, settings, surroundings))],
  };
}

/** The run's own home, with what its input says of the login. */
function giveHome(
  { conceal }: LaunchInput,
  { home, ...contents }: HomeContents & { readonly home: OpencodeHome },
): Promise<LoginFile | undefined> {
  return writeOpencodeHome(home, {
    ...contents,
    ...(conceal === undefined ? {} : { conceal }),
  });
}

async function protocolOptions(
  { cwd, agent, attempt, permissions, resume, ...files }: LaunchInput,
  own: Readonly<Record<string, Json>>,
): Promise<Json> {
  return {
    cwd,
    title: `${agent} ${attempt}`,
    system: await readFile(files.systemPromptFile, "utf8"),
    message: await readFile(files.messageFile, "utf8"),
    supervised: permissions?.mode === "supervised",
    ...(resume === undefined ? {} : { session: resume }),
    ...own,
  };
}

function loginFolder(settings: AgentSettings, surroundings: AgentSurroundings): string {
  return settings.home ?? join(surroundings.home, ".local", "share", "opencode");
}
