import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  noCapabilities,
  type AgentConclusion,
  type AgentDiscovery,
  type AgentDriver,
  type AgentLaunch,
  type AgentSettings,
  type LaunchInput,
} from "@orch/core";
import { agentFailure, numberAt, textAt } from "@orch/parser/text";

import { concludeTurns, type FinishedRun } from "../conclude.ts";
import { discoverProgram } from "../discover-program.ts";
import { agentFiles, requireProgram } from "../find-program.ts";
import { credentialsIn } from "../login-copy.ts";
import { checkOptions, type OptionKind } from "../parse-options.ts";
import type { AgentSurroundings } from "../surroundings.ts";
import { bringClaudeConversation, CLAUDE_HOME, CLAUDE_LOGIN, claudeLoginIn, makeClaudeHome } from "./claude-home.ts";
import { permissionFlags } from "./claude-permissions.ts";
import { frontEndEnvironment, keyIn, type FrontEnd } from "./front-ends.ts";

const KEYS: Readonly<Record<string, OptionKind>> = { effort: "text", max_retries: "number" };
/** Claude Code's own ten take minutes, for a wrong key too. */
const RETRIES = 3;

/**
 * Claude Code, run as `claude -p` with JSON lines both ways and a configuration home of its own for every run; also for
 * other services that it can be pointed at. Reads the login in `settings.home` (the person's `~/.claude` unless given)
 * and never writes there.
 */
export function createClaudeDriver(frontEnd: FrontEnd, surroundings: AgentSurroundings): AgentDriver {
  const own = frontEnd.baseUrl === undefined;
  return {
    name: frontEnd.name,
    capabilities: {
      ...noCapabilities,
      steer: true,
      interrupt: true,
      resume: true,
      approvals: true,
      usage: true,
      // Claude Code prices models that it does not know like its own.
      cost: own,
      quota: own,
    },
    credentialFiles: [`${CLAUDE_HOME}/${CLAUDE_LOGIN}`],
    credentials: async (settings) =>
      takesLogin(settings, frontEnd) ? credentialsIn(claudeLoginIn(loginFolder(settings, surroundings))) : [],
    discover: (settings, signal) =>
      discoverProgram({
        settings,
        surroundings,
        signal,
        usual: "claude",
        installHint: "Install it with npm install -g @anthropic-ai/claude-code.",
        login: () => loginState(settings, { frontEnd, surroundings }),
        loginHint: frontEnd.loginHint,
      }),
    bringConversation: bringClaudeConversation,
    launch: (input) => launch(input, { frontEnd, surroundings }),
    conclude: (run) => conclude(run, own),
  };
}

interface Means {
  readonly frontEnd: FrontEnd;
  readonly surroundings: AgentSurroundings;
}

async function loginState(settings: AgentSettings, means: Means): Promise<AgentDiscovery["login"]> {
  const { frontEnd, surroundings } = means;
  if (keyIn(settings, frontEnd) !== undefined) return "logged_in";
  // A wrapper's login is its own affair.
  if (frontEnd.baseUrl !== undefined) return settings.command[0] === "claude" ? "logged_out" : "unknown";
  return access(join(loginFolder(settings, surroundings), CLAUDE_LOGIN)).then(
    () => "logged_in",
    // On macOS the login is in the keychain, where nobody looks.
    () => (process.platform === "darwin" ? "unknown" : "logged_out"),
  );
}

async function launch(input: LaunchInput, means: Means): Promise<AgentLaunch> {
  const { settings, cwd, folder } = input;
  const { frontEnd, surroundings } = means;
  const options = checkOptions(`${frontEnd.name} options`, settings.options, KEYS);
  const [name = "claude", ...rest] = settings.command;
  const program = await requireProgram(name, surroundings);
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const login = await makeClaudeHome({
    folder,
    ...(input.conceal === undefined ? {} : { conceal: input.conceal }),
    ...(takesLogin(settings, frontEnd) ? { loginFolder: loginFolder(settings, surroundings) } : {}),
  });
  const model = input.model ?? settings.model;
  return {
    argv: [program, ...rest, ...flagsFor(input, { model, effort: textAt(options, "effort") }), ...settings.args],
    env: {
      ...input.env,
      CLAUDE_CONFIG_DIR: join(folder, CLAUDE_HOME),
      TMPDIR: temporary,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_MAX_RETRIES: String(numberAt(options, "max_retries") ?? RETRIES),
      // As root it refuses to work without questions unless it is told that something confines it.
      IS_SANDBOX: "1",
      ...frontEndEnvironment(settings, { frontEnd, model }),
    },
    ...(login === undefined ? {} : { logins: [login] }),
    protocolOptions: {
      cwd,
      run: folder,
      message: await readFile(input.messageFile, "utf8"),
      supervised: input.permissions?.mode === "supervised",
    },
    writable: [],
    readable: await agentFiles(program, settings, surroundings),
  };
}

function flagsFor(
  input: LaunchInput,
  { model, effort }: { readonly model: string | undefined; readonly effort: string | undefined },
): readonly string[] {
  return [
    "-p",
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--verbose",
    "--replay-user-messages",
    "--append-system-prompt-file",
    input.systemPromptFile,
    // What the repository says of hooks, servers and settings is code of strangers.
    ...(input.trusted === true ? [] : ["--setting-sources", "user", "--strict-mcp-config"]),
    ...permissionFlags(input.permissions, input.cwd),
    ...(model === undefined ? [] : ["--model", model]),
    ...(effort === undefined ? [] : ["--effort", effort]),
    ...(input.resume === undefined ? [] : ["--resume", input.resume]),
  ];
}

function conclude(run: FinishedRun, knowsPrices: boolean): AgentConclusion {
  const concluded = concludeTurns(run);
  const { costUsd: _unknown, ...tokens } = concluded.usage;
  const conclusion = knowsPrices ? concluded : { ...concluded, usage: tokens };
  if (conclusion.report !== undefined || conclusion.failure !== undefined) return conclusion;
  const denied = run.events.findLast((event) => event.type === "permission:answered" && !event.allowed);
  if (denied?.type !== "permission:answered") return conclusion;
  const asked = run.events.findLast((event) => event.type === "permission:requested" && event.id === denied.id);
  const what = asked?.type === "permission:requested" ? asked.what : "something";
  return { ...conclusion, failure: agentFailure("permission", `it was denied: ${what}`) };
}

/** A key in the environment takes the place of the login, and only Claude Code's own service has one. */
function takesLogin(settings: AgentSettings, frontEnd: FrontEnd): boolean {
  return frontEnd.baseUrl === undefined && keyIn(settings, frontEnd) === undefined;
}

function loginFolder(settings: AgentSettings, surroundings: AgentSurroundings): string {
  return settings.home ?? join(surroundings.home, ".claude");
}
