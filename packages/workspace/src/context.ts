import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";

import type { BranchName, Clock, ForgeRemote, Logger, ProjectId, ProjectSettings, Redactor } from "@orch/core";

import { exists } from "./exists.ts";
import type { Git } from "./git.ts";
import type { KeyedLock } from "./keyed-lock.ts";
import { pathKey, placesOf, type ProjectPlaces } from "./layout.ts";
import type { Worktrees } from "./worktrees.ts";

/** What every operation of the workspace works with. */
export interface Context {
  readonly home: string;
  readonly git: Git;
  readonly gitPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly locks: KeyedLock;
  /** Folders of single commits that this process has handed out, and clones that it makes in advance; others are left over. */
  readonly lent: Set<string>;
  /** Told when a task took a clone that was made in advance, or found none. */
  readonly warmWanted: (project: ProjectId) => void;
  /** How git reaches a project's repository on its forge; undefined: results stay in the user's repository. */
  readonly remoteOf: ((project: ProjectId) => Promise<ForgeRemote | undefined>) | undefined;
  /** Undefined: the usual folder in the home. */
  readonly worktrees: Worktrees | undefined;
}

/** The folders of a project, by the real path of orch's home, which is created when it is missing. */
export async function findPlaces(context: Context, project: ProjectSettings): Promise<ProjectPlaces> {
  return placesOf(await realHome(context), project.id, context.worktrees);
}

/** The real path of orch's home; created when it is missing. */
export async function realHome(context: Context): Promise<string> {
  await mkdir(context.home, { recursive: true, mode: 0o700 });
  return realpath(context.home);
}

/** Where the clone of a branch is made, and by what name it is locked wherever it is. */
export function clonePath(places: ProjectPlaces, branch: BranchName): string {
  return join(places.clones, pathKey(branch));
}

/** Where the clone of a branch is: where one is already, else where it is made. Ask while its lock is held. */
export async function findClone(places: ProjectPlaces, branch: BranchName): Promise<string> {
  const made = clonePath(places, branch);
  if (await exists(made)) return made;
  for (const folder of places.earlierClones) {
    const path = join(folder, pathKey(branch));
    if (await exists(path)) return path;
  }
  return made;
}

/** Who commits for a project when nobody else is named. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** The identity of commits in a project, by orch itself unless an agent is the author; what the project says wins. */
export function identityOf(project: ProjectSettings, author = "orch"): Identity {
  const { name = `${author}[bot]`, email = `${author}[bot]@users.noreply.github.com` } = project.git;
  return { name, email };
}

/** Committer and author as git's variables. */
export function identityVariables(identity: Identity, author = identity): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
}
