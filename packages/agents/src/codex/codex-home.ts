import { chmod, copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import type { Conceal, LoginFile } from "@orch/core";

import { copyLogin, type LoginCopy } from "../login-copy.ts";
import { codexLogin } from "./codex-login.ts";
import type { CodexProvider } from "./codex-options.ts";

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

/**
 * Copies what codex keeps of one conversation from the home of an earlier run. Regular files only, because the agent
 * could write there. Where there is none, codex itself says that it does not find the conversation.
 */
export async function copyConversation(
  conversation: string,
  homes: { readonly from: string; readonly to: string },
): Promise<void> {
  const entries = await readdir(join(homes.from, "sessions"), { recursive: true, withFileTypes: true }).catch(() => []);
  const kept = entries.filter((entry) => entry.isFile() && entry.name.endsWith(`-${conversation}.jsonl`));
  for (const { parentPath, name } of kept) {
    const folder = join(homes.to, relative(homes.from, parentPath));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyFile(join(parentPath, name), join(folder, name));
  }
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
