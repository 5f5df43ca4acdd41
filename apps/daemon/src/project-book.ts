import { mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";

import {
  homePaths,
  watchConfig,
  withProject,
  withProjectId,
  withoutProject,
  type Config,
  type LoadedConfig,
  type Notice,
  type PathRoots,
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

import { loadEdition, loadProject, type BrokenProject, type Edition } from "./edition.ts";
import type { DaemonEnvironment } from "./env.ts";
import { isLocal } from "./project-names.ts";
import { readRepository } from "./repository.ts";
import { textAt } from "./text-at.ts";
import { createTurns } from "./turns.ts";

const MOST_TRIES = 10;

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
  /** What a person should know about it. */
  readonly notices: readonly Notice[];
  configOf(id: ProjectId): LoadedConfig | undefined;
  /** The registered projects that can't be used now, and why. */
  readonly broken: readonly BrokenProject[];
  add(
    request: ProjectWish,
  ): Promise<Result<{ readonly project: ProjectSettings; readonly created: boolean }, OrchError>>;
  /** Changes the global file by its text, and loads it again. Throws what the change refuses, and what keeps it from being used. */
  changeGlobal(change: (text: string) => Result<string, OrchError>): Promise<void>;
  /** Keeps a project's id in the person's configuration, so that it stays when its repository is called otherwise. */
  pin(id: ProjectId): Promise<boolean>;
  /** Takes a project off the list, by its id or by the path that it is registered with; false when it was not there. */
  remove(which: ProjectId | { readonly path: string }): Promise<boolean>;
}

/** What has to be known to hide secrets. */
export interface EditionSecrets {
  /** Of all projects: their environments and logins hold keys. */
  readonly agents: readonly AgentSettings[];
  readonly redact: Edition["redact"];
  /** Of webhooks, and the key of the App. */
  readonly forgeSecrets: readonly string[];
}

/** What the book is made of. */
export interface ProjectBookOptions {
  readonly environment: DaemonEnvironment;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of what is in force, before the book is open and whenever files were loaded again. */
  readonly onEdition?: (edition: EditionSecrets) => Promise<void>;
}

/**
 * Opens the project book. A project whose files are broken is left out with a log line until they are mended; once
 * running, the last good edition stays in force. Throws `config_invalid`, `config_unreadable` for the global file.
 */
export async function openProjectBook(options: ProjectBookOptions): Promise<ProjectBook> {
  const { environment, clock, logger } = options;
  const paths = homePaths(environment.home);
  const { onEdition = async () => undefined } = options;
  const initial = unwrap(await loadEdition(options));
  await onEdition(secretsIn(initial));
  const watch = watchConfig<Edition>({
    initial,
    clock,
    load: () => loadEdition(options),
    folders: (edition) => [environment.home, ...[...edition.projects.values()].map((project) => project.source)],
    onChange(edition) {
      void onEdition(secretsIn(edition));
      logger.info({ projects: edition.projects.size }, "the configuration was loaded again");
    },
    onProblem: (error) =>
      logger.error({ error }, "a configuration file can't be used; the last good one stays in force"),
  });
  const inTurn = createTurns();
  const list = { environment, reload: () => watch.reload() };

  return {
    get global() {
      return watch.current().global;
    },
    get notices() {
      return watch.current().notices;
    },
    get: (id) => watch.current().projects.get(id),
    list: () => [...watch.current().projects.values()],
    configOf: (id) => watch.current().configs.get(id),
    get broken() {
      return watch.current().broken;
    },
    add: (request) =>
      inTurn(async () => {
        const added = await addProject(options, { ...request, known: watch.current() });
        if (!added.ok) return added;
        await watch.reload();
        const project = watch.current().projects.get(added.value.id);
        if (project === undefined) return err(await whyUnusable(environment, request.path));
        return ok({ project, created: added.value.created });
      }),
    changeGlobal: (change) =>
      inTurn(async () => {
        await rewrite(paths.config, change);
        await watch.reload();
      }),
    pin: (id) =>
      inTurn(() => {
        const path = watch.current().paths.get(id);
        return changeList(list, path, (text, at, roots) => withProjectId(text, { path: at, id }, roots));
      }),
    remove: (which) =>
      inTurn(() => {
        const path = typeof which === "string" ? watch.current().paths.get(which) : which.path;
        return changeList(list, path, withoutProject);
      }),
    [Symbol.dispose]: () => watch.close(),
  };
}

/** Changes the list of projects where a path is known; false: nothing was to be changed. */
async function changeList(
  { environment, reload }: { readonly environment: DaemonEnvironment; readonly reload: () => Promise<unknown> },
  path: string | undefined,
  change: (text: string, path: string, roots: PathRoots) => Result<string, OrchError>,
): Promise<boolean> {
  if (path === undefined) return false;
  const roots = rootsOf(environment);
  const changed = await rewrite(homePaths(environment.home).config, (text) => change(text, path, roots));
  await reload();
  return changed;
}

function secretsIn({ global, projects, redact }: Edition): EditionSecrets {
  const { privateKey } = global.githubApp ?? {};
  return {
    redact,
    forgeSecrets: [...global.webhook.secrets, ...(privateKey === undefined ? [] : [privateKey.trim()])],
    agents: [global, ...projects.values()].flatMap(({ agents }) => Object.values(agents)),
  };
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
  const roots = rootsOf(environment);
  const confined = wish.sandbox === undefined ? {} : { sandbox: wish.sandbox };
  if (same !== undefined) {
    const registered = wish.known.paths.get(same.id) ?? path;
    if (wish.sandbox !== undefined)
      await rewrite(configured, (text) => withProject(text, { path: registered, ...confined }, roots));
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
    await rewrite(configured, (text) => withProject(text, { ...entry.value.written, ...confined }, roots));
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

/** Where the paths in the global file begin. */
function rootsOf({ home, userHome }: DaemonEnvironment): PathRoots {
  return { base: home, userHome };
}

/**
 * Changes a file; false when there was nothing to change. The daemon is alone in its home, but a person may save the
 * file at the same moment: their words are kept. A file that is a link to another place stays one.
 */
async function rewrite(path: string, change: (text: string) => Result<string, OrchError>): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const target = await realpath(path).catch(() => path);
  let text = await textAt(target);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const changed = unwrap(change(text));
    const now = await textAt(target);
    if (now === text) {
      if (changed === text) return false;
      await replaceFile(target, changed);
      return true;
    }
    text = now;
  }
  throw orchError("conflict", `${path} changes faster than it can be written`, { hint: "Try again." });
}
