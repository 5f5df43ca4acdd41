import { createGitHubForge, GITHUB_API, type GitHubForge, type GitHubHooks } from "@orch/backend-github";
import type { Config } from "@orch/config";
import type { Boards, Clock, ForgeRemote, Forges, ProjectId, Projects } from "@orch/core";
import type { SecretRedactor } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";
import { forgeAccess } from "./forge-access.ts";
import { redactedForge } from "./redacted-forge.ts";
import type { WebhookWays } from "./webhook-ways.ts";

/** What forges are made from. */
export interface ForgesOptions {
  readonly projects: Projects & { readonly global: Pick<Config, "githubApp" | "githubApi"> };
  readonly environment: DaemonEnvironment;
  readonly redactor: SecretRedactor;
  readonly clock: Clock;
  /** See `Forges.key`. */
  readonly key: Uint8Array;
  /** Told of what polling found. */
  readonly watch: { readonly ways: Pick<WebhookWays, "found"> };
}

/** The forges of all projects, with what only GitHub has. */
export interface DaemonForges extends Forges {
  /** Undefined: the project has no repository there. */
  hooksOf(project: ProjectId): GitHubHooks | undefined;
  /** Undefined: the project has no repository there. */
  boardsOf(project: ProjectId): Boards | undefined;
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
      const { repository, fork, apiUrl = GITHUB_API } = settings;
      const app = projects.global.githubApp;
      const key = JSON.stringify([apiUrl, repository, fork, app]);
      const known = made.get(project);
      if (known?.key === key) return known.forge;
      const at = { project, repository, apiUrl, ...(fork === undefined ? {} : { fork }) };
      const forge = redactedForge(overheard(options, forgeOf(options, at)), options.redactor);
      made.set(project, { key, forge });
      return forge;
    },
    reach(repository: ProjectId): Promise<ForgeRemote> {
      const { githubApi: apiUrl = GITHUB_API } = projects.global;
      return forgeOf(options, { project: repository, repository, apiUrl }).remote();
    },
  };
  return {
    ...forges,
    hooksOf: (project) => forges.of(project)?.hooks,
    boardsOf: (project) => forges.of(project)?.boards,
  };
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
