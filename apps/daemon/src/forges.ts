import {
  createGitHubForge,
  GITHUB_API,
  isSameName,
  type GitHubForge,
  type GitHubHooks,
  type KnownRepository,
} from "@orch/backend-github";
import type { Config } from "@orch/config";
import {
  asOrchError,
  type Boards,
  type Clock,
  type ForgeRemote,
  type Forges,
  type Logger,
  type ProjectId,
  type Projects,
  type ProjectSettings,
} from "@orch/core";
import type { SecretRedactor } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";
import { forgeAccess } from "./forge-access.ts";
import type { ProjectPlaces } from "./project-places.ts";
import { redactedForge } from "./redacted-forge.ts";
import type { WebhookWays } from "./webhook-ways.ts";

/** What forges are made from. */
export interface ForgesOptions {
  readonly projects: Projects & { readonly global: Pick<Config, "githubApp" | "githubApi"> };
  readonly environment: DaemonEnvironment;
  readonly redactor: SecretRedactor;
  readonly clock: Clock;
  readonly logger: Logger;
  /** See `Forges.key`. */
  readonly key: Uint8Array;
  readonly places: ProjectPlaces;
  /** Told of what polling found. */
  readonly watch: { readonly ways: Pick<WebhookWays, "found"> };
}

/** The forges of all projects, with what only GitHub has. */
export interface DaemonForges extends Forges {
  /** Undefined: the project has no repository there. */
  hooksOf(project: ProjectId): GitHubHooks | undefined;
  /** Undefined: the project has no repository there. */
  boardsOf(project: ProjectId): Boards | undefined;
  /** What a project's repository is called now; undefined: it has none there. */
  nameOf(project: ProjectId): string | undefined;
  /** The project of a repository, by the forge's number of it where both know that, else by its name (lower case). */
  projectOf(repository: string, id?: number): ProjectId | undefined;
  /** Takes in what a webhook calls a project's repository: another name has it looked for. */
  heard(arrival: { readonly project: ProjectId; readonly name: string }): void;
  /** How git reaches a repository of the GitHub that the person works with, also of no project. */
  reach(repository: ProjectId): Promise<ForgeRemote>;
}

/** The forges of all projects that have one, each with a client of its own that lasts as long as its settings. */
export function createForges(options: ForgesOptions): DaemonForges {
  const { projects } = options;
  const made = new Map<ProjectId, { readonly key: string; readonly forge: GitHubForge }>();
  const forges = {
    key: options.key,
    of(project: ProjectId): GitHubForge | undefined {
      const settings = projects.get(project)?.forge;
      if (settings === undefined) return undefined;
      const { repository: configured, fork, apiUrl = GITHUB_API } = settings;
      const app = projects.global.githubApp;
      const { name: repository, ...known } = options.places.of(project, { repository: configured, apiUrl });
      const key = JSON.stringify([apiUrl, configured, repository, known.markedAs, fork, app]);
      const present = made.get(project);
      if (present?.key === key) return present.forge;
      const at = { project, repository, apiUrl, known, ...(fork === undefined ? {} : { fork }) };
      const forge = redactedForge(overheard(options, forgeOf(options, at)), options.redactor);
      made.set(project, { key, forge });
      return forge;
    },
    reach(repository: ProjectId): Promise<ForgeRemote> {
      const { githubApi: apiUrl = GITHUB_API } = projects.global;
      const { name, ...known } = options.places.of(repository, { repository, apiUrl });
      return forgeOf(options, { project: repository, repository: name, apiUrl, known }).remote();
    },
  };
  return {
    ...forges,
    hooksOf: (project) => forges.of(project)?.hooks,
    boardsOf: (project) => forges.of(project)?.boards,
    nameOf: (project) => forges.of(project)?.repository,
    projectOf: (name, id) => projects.list().find((project) => isAt(options.places, project, { name, id }))?.id,
    heard({ project, name }) {
      const forge = forges.of(project);
      if (forge === undefined || isSameName(name, forge.repository)) return;
      forge.locate().catch((error: unknown) => {
        options.logger.warn({ project, name, error: asOrchError(error) }, "a repository of another name was not found");
      });
    },
  };
}

function isAt(
  places: ProjectPlaces,
  { id: project, forge }: Pick<ProjectSettings, "id" | "forge">,
  named: { readonly name: string; readonly id: number | undefined },
): boolean {
  if (forge === undefined) return false;
  const { repository, apiUrl = GITHUB_API } = forge;
  const place = places.of(project, { repository, apiUrl });
  // Another repository that has the name now is not the project's.
  if (place.id !== undefined && named.id !== undefined) return place.id === named.id;
  return isSameName(named.name, place.name);
}

/** A forge whose changes are told to somebody else as well. */
function overheard({ watch }: ForgesOptions, forge: GitHubForge): GitHubForge {
  return {
    ...forge,
    async changes(query) {
      const changes = await forge.changes(query);
      watch.ways.found(forge.project, changes);
      return changes;
    },
  };
}

function forgeOf(
  options: ForgesOptions,
  at: {
    readonly project: ProjectId;
    readonly repository: string;
    readonly apiUrl: string;
    readonly fork?: string;
    readonly known: KnownRepository;
  },
): GitHubForge {
  const { projects, redactor, clock } = options;
  const access = forgeAccess(options, { app: projects.global.githubApp, apiUrl: at.apiUrl });
  return createGitHubForge({ ...at, access, clock, onToken: (token) => redactor.register([token]) });
}

/** How git reaches the repositories of forges. */
export function createRemotes(forges: Forges): (project: ProjectId) => Promise<ForgeRemote | undefined> {
  return async (project) => forges.of(project)?.remote();
}
