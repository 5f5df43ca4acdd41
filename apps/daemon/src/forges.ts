import { createGitHubForge, foundToken, GITHUB_API } from "@orch/backend-github";
import type { Clock, Forge, ForgeRemote, Forges, ProjectId, Projects } from "@orch/core";
import type { SecretRedactor } from "@orch/security";

import type { DaemonEnvironment } from "./env.ts";

/** What forges are made from. */
export interface ForgesOptions {
  readonly projects: Projects;
  readonly environment: DaemonEnvironment;
  readonly redactor: Pick<SecretRedactor, "register">;
  readonly clock: Clock;
  /** See `Forges.key`. */
  readonly key: Uint8Array;
}

/** The forges of all projects that have one, each with a client of its own that lasts as long as its settings. */
export function createForges(options: ForgesOptions): Forges {
  const { projects, environment, redactor, clock } = options;
  const places = { ...environment.all, PATH: environment.path.join(":"), HOME: environment.userHome };
  const made = new Map<ProjectId, { readonly key: string; readonly forge: Forge }>();
  return {
    key: options.key,
    of(project) {
      const settings = projects.get(project)?.forge;
      if (settings === undefined) return undefined;
      const { repository, apiUrl = GITHUB_API } = settings;
      const key = `${apiUrl} ${repository}`;
      const known = made.get(project);
      if (known?.key === key) return known.forge;
      const host = apiUrl === GITHUB_API ? "github.com" : new URL(apiUrl).host;
      const access = foundToken({ environment: places, host });
      const onToken = (token: string): void => redactor.register([token]);
      const forge = createGitHubForge({ project, repository, apiUrl, access, clock, onToken });
      made.set(project, { key, forge });
      return forge;
    },
  };
}

/** How git reaches the repositories of forges. */
export function createRemotes(forges: Forges): (project: ProjectId) => Promise<ForgeRemote | undefined> {
  return async (project) => forges.of(project)?.remote();
}
