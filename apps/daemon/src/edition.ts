import {
  loadConfig,
  projectSettings,
  type Config,
  type LoadedConfig,
  type Notice,
  type ProjectEntry,
} from "@orch/config";
import {
  ok,
  orchError,
  type Logger,
  type OrchError,
  type ProjectId,
  type ProjectSettings,
  type Result,
} from "@orch/core";
import { projectRule, type SecretRule } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";
import { readRepository } from "./repository.ts";

const FOREIGN =
  "gh.repo names neither the remote nor the registered project, so GitHub stays off: orch project add <path> --repo owner/name";

/** A registered project that can't be used, and why. */
export interface BrokenProject extends ProjectEntry {
  readonly error: OrchError;
}

/** Everything that is configured, as of the last good files. */
export interface Edition {
  readonly global: Config;
  /** What a person should know about the global file. */
  readonly notices: readonly Notice[];
  readonly projects: ReadonlyMap<ProjectId, ProjectSettings>;
  /** The configuration of each project's folder. */
  readonly configs: ReadonlyMap<ProjectId, LoadedConfig>;
  /** The path that each project is registered with. */
  readonly paths: ReadonlyMap<ProjectId, string>;
  readonly broken: readonly BrokenProject[];
  /** The person's own shapes of secrets, ready to use. */
  readonly redact: readonly SecretRule[];
}

/**
 * Loads the global file and those of every project. A project that can't be used is left out and told of.
 * Errors: `config_invalid`, `config_unreadable` for the global file, its redaction patterns included.
 */
export async function loadEdition({
  environment,
  logger,
}: {
  readonly environment: DaemonEnvironment;
  readonly logger: Logger;
}): Promise<Result<Edition, OrchError>> {
  const { home, all: env } = environment;
  const loaded = await loadConfig({ home, env });
  if (!loaded.ok) return loaded;
  const redact = secretRules(loaded.value.config);
  if (!redact.ok) return redact;
  const projects = new Map<ProjectId, ProjectSettings>();
  const configs = new Map<ProjectId, LoadedConfig>();
  const paths = new Map<ProjectId, string>();
  const broken: BrokenProject[] = [];
  for (const entry of loaded.value.config.projects) {
    const own = await loadProject(environment, entry);
    if (!own.ok) {
      logger.error({ path: entry.path, error: own.error }, "a project can't be used until this is mended");
      broken.push({ ...entry, error: own.error });
      continue;
    }
    const { settings, config } = own.value;
    if (config.config.forge !== undefined && settings.forge === undefined) {
      const { repository } = config.config.forge;
      logger.warn({ project: settings.id, repository }, FOREIGN);
    }
    const twin = projects.get(settings.id);
    if (twin !== undefined) {
      const error = orchError("config_invalid", `another project has the id ${settings.id}: ${twin.source}`, {
        hint: "Give one of them another id, or remove it: orch project remove <path>",
      });
      logger.error({ path: entry.path, error }, "a project can't be used until this is mended");
      broken.push({ ...entry, error });
      continue;
    }
    projects.set(settings.id, settings);
    configs.set(settings.id, config);
    paths.set(settings.id, entry.path);
  }
  const { config: global, notices } = loaded.value;
  return ok({ global, notices, projects, configs, paths, broken, redact: redact.value });
}

function secretRules({ redact }: Config): Result<readonly SecretRule[], OrchError> {
  const rules: SecretRule[] = [];
  for (const written of redact) {
    const rule = projectRule(written);
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  return ok(rules);
}

/** Loads one project. Errors: as of its repository and its files. */
export async function loadProject(
  { home, all: env }: DaemonEnvironment,
  entry: ProjectEntry,
): Promise<Result<{ readonly settings: ProjectSettings; readonly config: LoadedConfig }, OrchError>> {
  const repository = await readRepository(entry.path);
  if (!repository.ok) return repository;
  const config = await loadConfig({ home, env, folder: repository.value.path });
  if (!config.ok) return config;
  const { path: source, remoteUrl } = repository.value;
  const settings = projectSettings(config.value.config, {
    source,
    ...(remoteUrl === undefined ? {} : { remoteUrl }),
    ...(entry.id === undefined ? {} : { id: entry.id }),
    ...(entry.sandbox === undefined ? {} : { sandbox: entry.sandbox }),
    ...(entry.trusted === undefined ? {} : { trusted: entry.trusted }),
  });
  return ok({ settings, config: config.value });
}
