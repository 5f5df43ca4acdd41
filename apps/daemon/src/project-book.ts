import { mkdir, readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";

import {
  homePaths,
  loadConfig,
  projectSettings,
  watchConfig,
  withProject,
  withoutProject,
  type Config,
  type LoadedConfig,
  type ProjectEntry,
} from "@orch/config";
import {
  asOrchError,
  err,
  ok,
  orchError,
  parseProjectId,
  unwrap,
  type AgentSettings,
  type Clock,
  type Logger,
  type OrchError,
  type ProjectId,
  type Projects,
  type ProjectSettings,
  type Result,
  type SandboxMode,
} from "@orch/core";
import { replaceFile } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";
import { isLocal } from "./project-names.ts";
import { readRepository } from "./repository.ts";
import { createTurns } from "./turns.ts";

const MOST_TRIES = 10;

/** Everything that is configured, as of the last good files. */
interface Edition {
  readonly global: Config;
  readonly projects: ReadonlyMap<ProjectId, ProjectSettings>;
  /** The configuration of each project's folder. */
  readonly configs: ReadonlyMap<ProjectId, LoadedConfig>;
}

/** A project to register. */
export interface ProjectWish {
  readonly path: string;
  /** As the person says it; without it the repository's own. */
  readonly id?: string;
  /** Asked for the id of a repository that has nothing but its folder's name. */
  readonly nameFor?: (derived: ProjectId, source: string) => Promise<ProjectId>;
  /** How its sessions are confined from now on, where the person says so. */
  readonly sandbox?: SandboxMode;
}

/** The projects of this home and their configuration; follows the files while it is open. */
export interface ProjectBook extends Projects, Disposable {
  /** The configuration without any project. */
  readonly global: Config;
  configOf(id: ProjectId): LoadedConfig | undefined;
  add(
    request: ProjectWish,
  ): Promise<Result<{ readonly project: ProjectSettings; readonly created: boolean }, OrchError>>;
  remove(id: ProjectId): Promise<boolean>;
}

/** What the book is made of. */
export interface ProjectBookOptions {
  readonly environment: DaemonEnvironment;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of the agents in force, of all projects: before the book is open, and whenever files were loaded again. */
  readonly onAgents?: (agents: readonly AgentSettings[]) => Promise<void>;
}

/**
 * Opens the project book. A project whose files are broken is left out with a log line until they are mended; once
 * running, the last good edition stays in force. Throws `config_invalid`, `config_unreadable` for the global file.
 */
export async function openProjectBook(options: ProjectBookOptions): Promise<ProjectBook> {
  const { environment, clock, logger } = options;
  const paths = homePaths(environment.home);
  const { onAgents = async () => undefined } = options;
  const initial = unwrap(await loadEdition(options));
  await onAgents(agentsIn(initial));
  const watch = watchConfig<Edition>({
    initial,
    clock,
    load: () => loadEdition(options),
    folders: (edition) => [environment.home, ...[...edition.projects.values()].map((project) => project.source)],
    onChange(edition) {
      void onAgents(agentsIn(edition));
      logger.info({ projects: edition.projects.size }, "the configuration was loaded again");
    },
    onProblem: (error) =>
      logger.error({ error }, "a configuration file can't be used; the last good one stays in force"),
  });
  const inTurn = createTurns();

  return {
    get global() {
      return watch.current().global;
    },
    get: (id) => watch.current().projects.get(id),
    list: () => [...watch.current().projects.values()],
    configOf: (id) => watch.current().configs.get(id),
    add: (request) =>
      inTurn(async () => {
        const added = await addProject(options, { ...request, known: watch.current() });
        if (!added.ok) return added;
        await watch.reload();
        const project = watch.current().projects.get(added.value.id);
        if (project === undefined) return err(await whyUnusable(environment, request.path));
        return ok({ project, created: added.value.created });
      }),
    remove: (id) =>
      inTurn(async () => {
        const project = watch.current().projects.get(id);
        if (project === undefined) return false;
        await rewrite(paths.config, (text) => withoutProject(text, project.source));
        await watch.reload();
        return true;
      }),
    [Symbol.dispose]: () => watch.close(),
  };
}

function agentsIn({ global, projects }: Edition): readonly AgentSettings[] {
  return [global, ...projects.values()].flatMap(({ agents }) => Object.values(agents));
}

async function loadEdition({ environment, logger }: ProjectBookOptions): Promise<Result<Edition, OrchError>> {
  const { home, all: env } = environment;
  const loaded = await loadConfig({ home, env });
  if (!loaded.ok) return loaded;
  const projects = new Map<ProjectId, ProjectSettings>();
  const configs = new Map<ProjectId, LoadedConfig>();
  for (const entry of loaded.value.config.projects) {
    const own = await loadProject(environment, entry);
    if (!own.ok) {
      logger.error({ path: entry.path, error: own.error }, "a project can't be used until this is mended");
      continue;
    }
    const { settings, config } = own.value;
    const twin = projects.get(settings.id);
    if (twin !== undefined) {
      logger.error(
        { id: settings.id, paths: [twin.source, entry.path] },
        "two projects have the same id; give one another",
      );
      continue;
    }
    projects.set(settings.id, settings);
    configs.set(settings.id, config);
  }
  return ok({ global: loaded.value.config, projects, configs });
}

async function loadProject(
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
  });
  return ok({ settings, config: config.value });
}

async function addProject(
  { environment }: ProjectBookOptions,
  wish: ProjectWish & { readonly known: Edition },
): Promise<Result<{ readonly id: ProjectId; readonly created: boolean }, OrchError>> {
  const repository = await readRepository(wish.path);
  if (!repository.ok) return repository;
  const { path } = repository.value;
  const same = [...wish.known.projects.values()].find((project) => project.source === path);
  const configured = homePaths(environment.home).config;
  const confined = wish.sandbox === undefined ? {} : { sandbox: wish.sandbox };
  if (same !== undefined) {
    if (wish.sandbox !== undefined) await rewrite(configured, (text) => withProject(text, { path, ...confined }));
    return ok({ id: same.id, created: false });
  }
  const entry = await entryFor(environment, { ...wish, path });
  if (!entry.ok) return entry;
  const { id } = entry.value;
  if (wish.known.projects.has(id)) {
    const hint = "Give it another: orch project add <path> --repo owner/name";
    return err(orchError("usage", `a project ${id} is registered already, for another folder`, { hint }));
  }
  try {
    await rewrite(configured, (text) => withProject(text, { ...entry.value.written, ...confined }));
    return ok({ id, created: true });
  } catch (cause) {
    return err(asOrchError(cause));
  }
}

/** A new project's id, and what is written of it: its id only where it would not be found out again. */
async function entryFor(
  environment: DaemonEnvironment,
  { path, id: said, nameFor }: ProjectWish,
): Promise<Result<{ readonly id: ProjectId; readonly written: ProjectEntry }, OrchError>> {
  const given = said === undefined ? undefined : parseProjectId(said);
  if (given?.ok === false) return given;
  const own = await loadProject(environment, { path, ...(given === undefined ? {} : { id: given.value }) });
  if (!own.ok) return own;
  const { settings, config } = own.value;
  if (given !== undefined) return ok({ id: settings.id, written: { path, id: settings.id } });
  const isNameless = config.config.project.id === undefined && isLocal(settings.id);
  const id = isNameless && nameFor !== undefined ? await nameFor(settings.id, path) : settings.id;
  return ok({ id, written: { path, ...(id === settings.id ? {} : { id }) } });
}

async function whyUnusable(environment: DaemonEnvironment, path: string): Promise<OrchError> {
  const own = await loadProject(environment, { path });
  return own.ok
    ? orchError("config_invalid", "the project was registered, but can't be used; see orch log")
    : own.error;
}

/**
 * The daemon is alone in its home, but a person may save the file at the same moment: their words are kept. A file that
 * is a link to another place stays one.
 */
async function rewrite(path: string, change: (text: string) => Result<string, OrchError>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const target = await realpath(path).catch(() => path);
  let text = await textAt(target);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const changed = unwrap(change(text));
    const now = await textAt(target);
    if (now === text) return changed === text ? undefined : replaceFile(target, changed);
    text = now;
  }
  throw orchError("conflict", `${path} changes faster than it can be written`, { hint: "Try again." });
}

async function textAt(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw orchError("config_unreadable", `${path} can't be read`, { hint: "Make it readable.", cause });
  }
}
