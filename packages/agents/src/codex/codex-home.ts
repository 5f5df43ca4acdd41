import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Conceal, LoginFile, Result } from "@orch/core";

import { bringFolder, type BringInput } from "../bring-conversation.ts";
import { copyLogin, type LoginCopy } from "../login-copy.ts";
import { codexLogin } from "./codex-login.ts";
import type { CodexProvider } from "./codex-options.ts";

/** The folder of a run's own home, below the folder of the run. */
export const CODEX_HOME = "codex-home";

const CODEX_LOGIN = "auth.json";

/** What a run's own codex home is made from. */
export interface CodexHome {
  readonly folder: string;
  readonly cwd: string;
  readonly provider?: CodexProvider;
  /** The person's codex folder, whose login is copied. */
  readonly loginFolder: string;
  readonly conceal?: Conceal;
  /** Whether the repository's own configuration of codex counts. */
  readonly trusted: boolean;
  /** False: the model's service searches nothing for it. */
  readonly webSearch: boolean;
}

/**
 * Writes the home of one run (mode 0700): a quiet configuration, and a copy of the login (mode 0600) unless a
 * provider of its own is configured. The person's own folder is only read. Gives the login where placeholders stand in
 * the copy.
 */
export async function writeCodexHome(home: CodexHome): Promise<LoginFile | undefined> {
  await mkdir(home.folder, { recursive: true, mode: 0o700 });
  await chmod(home.folder, 0o700);
  await writeFile(join(home.folder, "config.toml"), codexConfig(home), { mode: 0o600 });
  if (home.provider !== undefined) return undefined;
  const { loginFolder, conceal } = home;
  const to = join(home.folder, CODEX_LOGIN);
  return copyLogin({ ...codexLoginIn(loginFolder), to, ...(conceal === undefined ? {} : { conceal }) });
}

/** The login of a person's folder. */
export function codexLoginIn(folder: string): Pick<LoginCopy, "title" | "from" | "shape"> {
  return { title: "codex", from: join(folder, CODEX_LOGIN), shape: codexLogin };
}

/** Brings what codex keeps of one conversation. */
export function bringCodexConversation(input: BringInput): Promise<Result<void, string>> {
  const isIt = (path: string): boolean => path.endsWith(`-${input.past.session}.jsonl`);
  const keep = ({ path, kind }: { readonly path: string; readonly kind: string }): boolean =>
    kind === "folder" || isIt(path);
  return bringFolder(input, { folder: `${CODEX_HOME}/sessions`, keep, isIt });
}

/**
 * The configuration of one run: no telemetry, no plugins, no update check, no endless retries, no login shells. Unless
 * the repository is trusted, its `.codex/` (servers, hooks, rules) and its `AGENTS.md` count for nothing: what the
 * project instructs is in the prompt, as of the base commit (T8; codex 0.169).
 */
export function codexConfig(home: Pick<CodexHome, "cwd" | "provider" | "trusted" | "webSearch">): string {
  const { provider } = home;
  const lines = [
    "check_for_update_on_startup = false",
    // A login shell would put the system's own PATH in front of the one that the session was given.
    "allow_login_shell = false",
    ...(home.webSearch ? [] : ['web_search = "disabled"']),
    ...(home.trusted ? [] : ["project_doc_max_bytes = 0"]),
    ...(provider === undefined ? [] : ['model_provider = "orch"']),
    "",
    "[analytics]",
    "enabled = false",
    "",
    "[features]",
    "plugins = false",
    "unbounded_connection_retries = false",
    "",
    `[projects.${tomlText(home.cwd)}]`,
    `trust_level = "${home.trusted ? "trusted" : "untrusted"}"`,
    ...(provider === undefined ? [] : providerLines(provider)),
  ];
  return `${lines.join("\n")}\n`;
}

function providerLines(provider: CodexProvider): readonly string[] {
  const settings: readonly (readonly [string, string | number | undefined])[] = [
    ["name", provider.name],
    ["base_url", provider.baseUrl],
    ["env_key", provider.envKey],
    ["wire_api", provider.wireApi],
    ["request_max_retries", provider.requestMaxRetries],
    ["stream_max_retries", provider.streamMaxRetries],
    ["stream_idle_timeout_ms", provider.streamIdleTimeoutMs],
  ];
  const written = settings.flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [`${key} = ${typeof value === "number" ? value : tomlText(value)}`];
  });
  return ["", "[model_providers.orch]", ...written];
}

// A JSON string is a TOML basic string, except for the one control character that JSON leaves bare.
function tomlText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", String.raw`\u007f`);
}
