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
  type PermissionRules,
} from "@orch/core";
import { agentReportJsonSchema } from "@orch/parser";

import { concludeTurns } from "../conclude.ts";
import { discoverProgram } from "../discover-program.ts";
import { agentFiles, requireProgram } from "../find-program.ts";
import { credentialsIn } from "../login-copy.ts";
import type { AgentSurroundings } from "../surroundings.ts";
import { bringCodexConversation, CODEX_HOME, codexLoginIn, writeCodexHome } from "./codex-home.ts";
import { codexOptions } from "./codex-options.ts";
import { nativeCodex } from "./codex-program.ts";

/**
 * OpenAI's codex, run as `codex app-server` with a home of its own for every run. Reads the login in
 * `settings.home` (the person's `~/.codex` unless given) and never writes there.
 */
export function createCodexDriver(surroundings: AgentSurroundings): AgentDriver {
  return {
    name: "codex",
    capabilities: {
      ...noCapabilities,
      steer: true,
      interrupt: true,
      resume: true,
      approvals: true,
      usage: true,
      quota: true,
    },
    credentialFiles: [`${CODEX_HOME}/auth.json`],
    credentials: (settings) => credentialsIn(codexLoginIn(loginFolder(settings, surroundings))),
    discover: (settings, signal) =>
      discoverProgram({
        settings,
        surroundings,
        signal,
        usual: "codex",
        installHint: "Install it with npm install -g @openai/codex.",
        versionArgv: async (path) => [await nativeCodex(path), ...settings.command.slice(1)],
        login: () => loginState(settings, surroundings),
        loginHint: "Run codex login, or set OPENAI_API_KEY in agents.codex.env.",
      }),
    bringConversation: bringCodexConversation,
    launch: (input) => launch(input, surroundings),
    conclude: concludeTurns,
  };
}

async function loginState(settings: AgentSettings, surroundings: AgentSurroundings): Promise<AgentDiscovery["login"]> {
  try {
    const { provider } = codexOptions(settings);
    if (provider !== undefined) {
      return provider.envKey === undefined || Object.hasOwn(settings.env, provider.envKey) ? "logged_in" : "logged_out";
    }
    await access(join(loginFolder(settings, surroundings), "auth.json"));
    return "logged_in";
  } catch {
    return "logged_out";
  }
}

async function launch(input: LaunchInput, surroundings: AgentSurroundings): Promise<AgentLaunch> {
  const { settings, cwd } = input;
  const { provider, effort } = codexOptions(settings);
  const [name = "codex", ...rest] = settings.command;
  const path = await requireProgram(name, surroundings);
  const program = await nativeCodex(path);
  const home = join(input.folder, CODEX_HOME);
  const temporary = join(input.folder, "tmp");
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const login = await writeCodexHome({
    trusted: input.trusted === true,
    webSearch: input.permissions?.deny.includes("WebSearch") !== true,
    folder: home,
    ...(input.conceal === undefined ? {} : { conceal: input.conceal }),
    cwd,
    loginFolder: loginFolder(settings, surroundings),
    ...(provider === undefined ? {} : { provider }),
  });
  const model = input.model ?? settings.model;
  return {
    argv: [program, ...rest, "app-server", ...settings.args],
    env: { ...input.env, CODEX_HOME: home, TMPDIR: temporary },
    ...(login === undefined ? {} : { logins: [login] }),
    protocolOptions: {
      cwd,
      system: await readFile(input.systemPromptFile, "utf8"),
      message: await readFile(input.messageFile, "utf8"),
      ...outputSchemaOf(input),
      ...(model === undefined ? {} : { model }),
      ...(effort === undefined ? {} : { effort }),
      ...(input.resume === undefined ? {} : { resume: input.resume }),
      ...(input.permissions === undefined ? {} : { permissions: rulesAsOptions(input.permissions) }),
    },
    writable: [],
    readable: await readableFiles(program, settings, surroundings),
  };
}

/** Codex holds its last words to this schema. */
function outputSchemaOf({ answer }: LaunchInput): { readonly outputSchema?: Json } {
  if (answer === undefined) return { outputSchema: agentReportJsonSchema };
  return answer.schema === undefined ? {} : { outputSchema: answer.schema };
}

function rulesAsOptions({ mode, allow, deny }: PermissionRules): Json {
  return { mode, allow: [...allow], deny: [...deny] };
}

async function readableFiles(
  program: string,
  settings: AgentSettings,
  surroundings: AgentSurroundings,
): Promise<readonly string[]> {
  const files = await agentFiles(program, settings, surroundings);
  // The native package keeps what codex needs at run time beside its `bin`.
  const packages = files.filter((path) => path.includes("/vendor/")).map((path) => dirname(path));
  return [...files, ...packages];
}

function loginFolder(settings: AgentSettings, surroundings: AgentSurroundings): string {
  return settings.home ?? join(surroundings.home, ".codex");
}
