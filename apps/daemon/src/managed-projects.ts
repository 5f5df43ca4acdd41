import { join } from "node:path";

import { GITHUB_API, siteOf } from "@orch/backend-github";
import { withForge, type Config } from "@orch/config";
import {
  asOrchError,
  orchError,
  parseProjectId,
  unwrap,
  type Clock,
  type ForgeRemote,
  type Logger,
  type ProjectId,
  type Timer,
} from "@orch/core";
import { replaceFile } from "@orch/security";
import type { ManagedClones, ManagedRemoval } from "@orch/workspace";

import { textAt } from "./text-at.ts";

/** What managed projects are kept with. */
export interface ManagedProjectsOptions {
  readonly clones: ManagedClones;
  readonly projects: {
    readonly global: Pick<Config, "githubApi">;
    list(): readonly { readonly id: ProjectId; readonly source: string }[];
  };
  /** How git reaches a repository of GitHub. */
  remoteOf(repository: ProjectId): Promise<ForgeRemote>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Projects whose repositories orch keeps by itself. */
export interface ManagedProjects {
  /** The repository that a person named instead of a folder; undefined: they named a folder. Throws `usage`. */
  named(text: string): ProjectId | undefined;
  /** Where the repository of a project is kept, or would be. */
  folderOf(project: ProjectId): string;
  /** Brings the repository and its `.orch.yml`, in which its forge is turned on; gives the folder to register. */
  bring(repository: ProjectId): Promise<string>;
  /** Removes what was kept of a project, once it is forgotten. */
  drop(project: ProjectId): Promise<ManagedRemoval>;
  /** Looks for new commits now and then, until it is disposed of. */
  start(): AsyncDisposable;
}

const REFRESH_MS = 600_000;
const MOST_CONFIG = 262_144;
const SLUG = /^[\w.-]+\/[\w.-]+$/;
const ADDRESS =
  /^(?:https?:\/\/|ssh:\/\/(?:[\w.-]+@)?|[\w.-]+@)([\w.-]+(?::\d+)?)[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/;
const FILES = [".orch.yml", ".orchestrator.yml"] as const;

/** Keeps the repositories of projects that have no folder of the person's. */
export function createManagedProjects(options: ManagedProjectsOptions): ManagedProjects {
  const { clones, projects, clock, logger } = options;

  async function bring(repository: ProjectId): Promise<string> {
    const remote = await options.remoteOf(repository);
    const { folder } = await clones.bring({ project: repository, remote });
    const written = await firstOf(
      FILES.map((path) => clones.read({ project: repository, path, maxBytes: MOST_CONFIG })),
    );
    const text = unwrap(withForge(written ?? "", repository));
    const path = join(folder, FILES[0]);
    if ((await textAt(path)) !== text) await replaceFile(path, text);
    return folder;
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    for (const { id, source } of projects.list()) {
      if (signal.aborted) return;
      if (source !== clones.folderOf(id)) continue;
      await bring(id).catch((error: unknown) => {
        logger.warn({ project: id, error: asOrchError(error) }, "a managed repository could not be brought up to date");
      });
    }
  }

  return {
    named: (text) => repositoryIn(text, new URL(siteOf(projects.global.githubApi ?? GITHUB_API)).host),
    folderOf: (project) => clones.folderOf(project),
    bring,
    drop: (project) => clones.remove(project),
    start() {
      const stop = new AbortController();
      let timer: Timer | undefined;
      let running = Promise.resolve();
      const round = (): void => {
        running = refresh(stop.signal);
        timer = clock.after(REFRESH_MS, round);
      };
      round();
      return {
        async [Symbol.asyncDispose]() {
          stop.abort();
          timer?.cancel();
          await running;
        },
      };
    },
  };
}

function repositoryIn(text: string, host: string): ProjectId | undefined {
  if (SLUG.test(text) && !text.startsWith(".")) return unwrap(parseProjectId(text));
  const [, named = "", path = ""] = ADDRESS.exec(text) ?? [];
  if (path === "") return undefined;
  // Another host would be sent this one's token.
  if (named.toLowerCase() === host.toLowerCase()) return unwrap(parseProjectId(path));
  throw orchError("usage", `${named} is not where orch works`, {
    hint: `Projects are on ${host}; gh.api_url in your own config.yml says another GitHub Enterprise server.`,
  });
}

async function firstOf<Value>(wanted: readonly Promise<Value | undefined>[]): Promise<Value | undefined> {
  return (await Promise.all(wanted)).find((value) => value !== undefined);
}
