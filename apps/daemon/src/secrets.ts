import { looksSecret, problemLine, type Config } from "@orch/config";
import {
  secretInAddress,
  secretWord,
  type AgentDriver,
  type AgentSettings,
  type Json,
  type ProjectId,
} from "@orch/core";
import { isSecretName, plainSecrets } from "@orch/security";

import type { ProjectBook } from "./project-book.ts";
import { writtenConfig } from "./written-config.ts";

const SHORTEST_SECRET = 8;
const HIDDEN = "[hidden]";

/** The values of variables whose names say that they are secret: the redactor hides them wherever they turn up. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= SHORTEST_SECRET && isSecretName(name) ? [value] : [],
  );
}

/** What agents are configured with that is secret: values of variables, also of accounts, and credentials in login files. Never throws. */
export async function agentSecrets(
  agents: readonly AgentSettings[],
  drivers: Readonly<Record<string, AgentDriver>>,
): Promise<readonly string[]> {
  const each = agents.flatMap((settings) => [
    settings,
    ...(settings.accounts ?? []).map(({ home = settings.home, env }) => ({
      ...settings,
      env,
      ...(home === undefined ? {} : { home }),
    })),
  ]);
  const found = await Promise.all(
    each.map(async (settings) => {
      const login = await drivers[settings.driver]?.credentials?.(settings);
      return [...secretValues(settings.env), ...plainSecrets(settings), ...(login ?? [])];
    }),
  );
  return found.flat();
}

/** What a person should know about the same configuration: old names, keys without a use; a line each. */
export function configurationNotices(projects: ProjectBook, id: ProjectId | undefined): readonly string[] {
  return ((id === undefined ? undefined : projects.configOf(id)?.notices) ?? projects.notices).map(problemLine);
}

/** The configuration in effect, of a project or without one, as one writes it; agents' variables and secrets are hidden. */
export function readableConfiguration(projects: ProjectBook, id: ProjectId | undefined): Json {
  return readableConfig((id === undefined ? undefined : projects.configOf(id)?.config) ?? projects.global);
}

/** One configuration, as one writes it; agents' variables and secrets are hidden. */
export function readableConfig(config: Config): Json {
  return JSON.parse(JSON.stringify(writtenConfig(config), hidden)) as Json;
}

/** The same for strangers: also without what stands below a secret's name, or after one among arguments. */
export function shareableConfig(config: Config): Json {
  return JSON.parse(JSON.stringify(readableConfig(config), withoutNamed)) as Json;
}

/** What of a configuration is secret by the key or the argument that it stands behind. */
export function namedSecrets(config: Config): readonly string[] {
  const found: string[] = [];
  JSON.stringify(writtenConfig(config), (key, value: unknown) => {
    const words: readonly unknown[] = Array.isArray(value) ? value : [];
    if (typeof value === "string" && looksSecret(key)) found.push(value);
    found.push(...words.flatMap((_, index) => secretWord(words, index)?.secret ?? []));
    return value;
  });
  return found.filter((secret) => secret.length >= SHORTEST_SECRET);
}

function withoutNamed(key: string, value: unknown): unknown {
  if (typeof value === "string") return looksSecret(key) ? HIDDEN : value;
  return withoutSecretWords(value);
}

function withoutSecretWords(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const words: readonly unknown[] = value;
  return words.map((word, index) => {
    const found = secretWord(words, index);
    if (found !== undefined) return `${found.before}${HIDDEN}`;
    return typeof word === "string" ? (secretInAddress(word)?.with(HIDDEN) ?? word) : word;
  });
}

function hidden(key: string, value: unknown): unknown {
  if (key === "secret") return Array.isArray(value) ? value.map(() => HIDDEN) : value;
  if (key === "private_key") return HIDDEN;
  if (key === "args" || key === "command") return withoutSecretWords(value);
  if (key !== "env" || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((name) => [name, HIDDEN]));
}
