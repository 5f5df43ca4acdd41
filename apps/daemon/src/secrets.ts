import { problemLine } from "@orch/config";
import type { AgentDriver, AgentSettings, Json, ProjectId } from "@orch/core";
import { isSecretName } from "@orch/security";

import type { ProjectBook } from "./project-book.ts";
import { writtenConfig } from "./written-config.ts";

const SHORTEST_SECRET = 8;

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
      return [...secretValues(settings.env), ...(login ?? [])];
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
  const config = (id === undefined ? undefined : projects.configOf(id)?.config) ?? projects.global;
  return JSON.parse(JSON.stringify(writtenConfig(config), hidden)) as Json;
}

function hidden(key: string, value: unknown): unknown {
  if (key === "secret") return Array.isArray(value) ? value.map(() => "[hidden]") : value;
  if (key === "private_key") return "[hidden]";
  if (key !== "env" || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((name) => [name, "[hidden]"]));
}
