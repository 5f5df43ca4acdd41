import { readFile } from "node:fs/promises";

import { createDrivers } from "@orch/agents";
import { findProjectFile, homePaths, loadConfig, type Config } from "@orch/config";
import { silentLogger, type AgentSettings } from "@orch/core";
import type { SecretRedactor } from "@orch/security";

import { loadEdition, type Edition } from "../edition.ts";
import type { DaemonEnvironment } from "../env.ts";
import { agentSecrets, namedSecrets, secretValues } from "../secrets.ts";
import { notPlain, possibleSecrets, referredValues } from "./secrets-in-text.ts";

/** What is asked about. */
export interface DiagnosedHome {
  readonly environment: DaemonEnvironment;
  /** Where the person is; its project's file counts as well. */
  readonly folder: string;
}

/**
 * Teaches a redactor everything that a daemon of this home would know, and more: what leaves for strangers rather lacks
 * a word. Of files that can't be understood, each value counts as a secret. Never throws.
 */
export async function teachSecrets(redactor: SecretRedactor, home: DiagnosedHome): Promise<void> {
  const { environment, folder } = home;
  const edition = await loadEdition({ environment, logger: silentLogger });
  const here = await loadConfig({ home: environment.home, folder, env: environment.all });
  const configs = [
    ...(edition.ok ? [edition.value.global, ...[...edition.value.configs.values()].map(({ config }) => config)] : []),
    ...(here.ok ? [here.value.config] : []),
  ];
  if (edition.ok) redactor.use(edition.value.redact);
  const files = await textsOf(home, edition.ok ? edition.value : undefined);
  const isUnderstood = edition.ok && edition.value.broken.length === 0 && here.ok;
  redactor.register([
    ...secretValues(environment.all),
    ...files.flatMap((text) => referredValues(text, environment.all)),
    ...configs.flatMap(namedSecrets),
    ...(isUnderstood ? [] : files.flatMap(possibleSecrets)),
    ...(await secretsOfAgents(environment, configs)),
    ...(await secretsOfForges(environment.home, configs)),
  ]);
}

/** The text of every configuration file that is known of. */
async function textsOf({ environment, folder }: DiagnosedHome, edition: Edition | undefined): Promise<string[]> {
  const folders = [folder, ...(edition?.paths.values() ?? []), ...(edition?.broken ?? []).map(({ path }) => path)];
  const found = await Promise.all(folders.map((path) => findProjectFile(path).catch(() => undefined)));
  const paths = [homePaths(environment.home).config, ...found.filter((path) => path !== undefined)];
  return Promise.all([...new Set(paths)].map(textAt));
}

async function secretsOfAgents(environment: DaemonEnvironment, configs: readonly Config[]): Promise<readonly string[]> {
  const drivers = createDrivers({ path: environment.path, home: environment.userHome });
  // Their logins are secret also where nothing says that they are used.
  const bare = Object.keys(drivers).map((driver): AgentSettings => ({
    driver,
    command: [driver],
    args: [],
    env: {},
    options: {},
  }));
  const agents = configs.flatMap((config) => Object.values(config.agents));
  const accounts = agents.flatMap((agent) => agent.accounts ?? []);
  const variables = [...agents, ...accounts].flatMap(({ env }) => Object.values(env).flatMap(notPlain));
  return [...variables, ...(await agentSecrets([...bare, ...agents], drivers))];
}

async function secretsOfForges(home: string, configs: readonly Config[]): Promise<readonly string[]> {
  const { forgeKey, webhookSecret } = homePaths(home);
  const named = configs.flatMap(({ webhook, githubApp }) => [webhook.secretFile, githubApp?.privateKeyFile]);
  const files = [forgeKey, webhookSecret, ...named.filter((path) => path !== undefined)];
  const texts = await Promise.all([...new Set(files)].map(textAt));
  const written = configs.flatMap(({ webhook, githubApp }) => [
    ...webhook.secrets,
    githubApp?.privateKey?.trim() ?? "",
  ]);
  const lines = texts.flatMap((text) => [text.trim(), ...text.split("\n").map((line) => line.trim())]);
  return [...written, ...lines].filter((text) => text !== "");
}

/** Empty: there is none that can be read. */
function textAt(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
