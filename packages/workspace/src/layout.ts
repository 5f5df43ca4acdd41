import { createHash } from "node:crypto";
import { join } from "node:path";

import type { BranchName, ProjectId } from "@orch/core";

import type { Worktrees } from "./worktrees.ts";

const PLAIN = /^[a-z0-9][a-z0-9._-]{0,99}$/;
// A name that looks as if it had been altered is altered too, so that nobody can choose another name's key.
const LOOKS_ALTERED = /-[0-9a-f]{16}$/;

/** The folders and refs of one project. */
export interface ProjectPlaces {
  /** The repository that only the daemon touches. */
  readonly bare: string;
  /** Holds the tasks' clones. */
  readonly clones: string;
  /** Where they were made before, and may still be. */
  readonly earlierClones: readonly string[];
  /** Holds the clones of single commits that somebody reads; apart, so that none is ever taken for a task's. */
  readonly checkouts: string;
  /** Clones that could not be rescued into refs. orch never empties it. */
  readonly trash: string;
  /** Short-lived files of the daemon. */
  readonly temporary: string;
  /** What is known of the clones that were made in advance. */
  readonly warm: string;
}

/** How the name of such a folder ends. */
export const WARM_ENDING = ".warm";

/** Where clones of tasks are, unless the person says otherwise. */
export function usualWorktrees(home: string): string {
  return join(home, "worktrees");
}

/** Where a project lives below `home`, and its clones below their own folders; those are the usual one unless given. */
export function placesOf(
  home: string,
  project: ProjectId,
  { base, earlier }: Worktrees = { base: usualWorktrees(home), earlier: [] },
): ProjectPlaces {
  const [owner, repo] = keysOf(project);
  return {
    bare: join(home, "projects", owner, `${repo}.git`),
    clones: join(base, owner, repo),
    earlierClones: earlier.map((folder) => join(folder, owner, repo)),
    checkouts: join(home, "checkouts", owner, repo),
    trash: join(home, "trash", owner, repo),
    temporary: join(home, "projects", owner, `${repo}.tmp`),
    warm: join(home, "projects", owner, `${repo}${WARM_ENDING}`),
  };
}

/** Where the repository of a project is that has no folder of the person's. */
export function managedPlace(home: string, project: ProjectId): string {
  const [owner, repo] = keysOf(project);
  return join(home, "managed", owner, `${repo}.git`);
}

function keysOf(project: ProjectId): readonly [owner: string, repo: string] {
  const cut = project.indexOf("/");
  return [pathKey(project.slice(0, cut)), pathKey(project.slice(cut + 1))];
}

/**
 * One safe path component per name: the name itself where it is plain, else its sanitised text and 64 bits of its hash
 * (SECURITY D20). Different names give different keys, also on file systems that fold case.
 */
export function pathKey(name: string): string {
  if (PLAIN.test(name) && !name.endsWith(".") && !LOOKS_ALTERED.test(name)) return name;
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "");
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${readable.slice(0, 60) || "x"}-${hash}`;
}

/** The refs that orch keeps about a task's branch in the daemon's repository. */
export interface BranchRefs {
  /** The last collected commit. */
  readonly task: string;
  /** What is being taken in, until it was looked at. */
  readonly incoming: string;
  /** What orch last put into the user's repository, and what it was about to put there. */
  readonly published: string;
  readonly publishing: string;
  /** The merge commit that orch was about to put into the user's repository. */
  readonly merging: string;
  /** Prefix, with a slash, of what was kept from clones. */
  readonly rescue: string;
}

/** The refs of a branch; keyed, so that `a` and `a/b` can't block each other. */
export function refsOf(branch: BranchName): BranchRefs {
  const key = pathKey(branch);
  return {
    task: `refs/orch/tasks/${key}`,
    incoming: `refs/orch/incoming/${key}`,
    published: `refs/orch/published/${key}`,
    publishing: `refs/orch/publishing/${key}`,
    merging: `refs/orch/merging/${key}`,
    rescue: `refs/orch/rescue/${key}/`,
  };
}

/** Where a branch of the fork is mirrored in the daemon's repository. */
export function forkRef(branch: BranchName): string {
  return `refs/orch/fork/${branch}`;
}

/** Where a branch of the user's repository is mirrored in the daemon's. */
export function baseRef(branch: BranchName): string {
  return `refs/orch/base/${branch}`;
}
