import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import {
  orchError,
  parseBranchName,
  unwrap,
  type Clock,
  type ForgeRemote,
  type Logger,
  type ProjectId,
  type Redactor,
} from "@orch/core";

import { TOLERANT } from "./bare.ts";
import { absent, exists } from "./exists.ts";
import { createGit, type Git } from "./git.ts";
import { createKeyedLock } from "./keyed-lock.ts";
import { managedPlace, placesOf } from "./layout.ts";
import { reachOf } from "./origin.ts";
import type { Worktrees } from "./worktrees.ts";

/** A repository that orch keeps by itself, for a project without a folder of the person's. */
export interface ManagedClone {
  /** Absolute path of a bare repository; what it holds of the person's is the newest commit of the default branch. */
  readonly folder: string;
  /** The default branch, and its newest commit. */
  readonly branch: string;
  readonly commit: string;
}

/** What became of a managed repository. */
export interface ManagedRemoval {
  /** False when there was none. */
  readonly removed: boolean;
  /** The daemon's repository, where it was kept: it holds work that was never published. */
  readonly kept?: string;
}

/** The repositories that orch keeps by itself, below its home. */
export interface ManagedClones {
  /** Where one is, or would be. */
  folderOf(project: ProjectId): string;
  /**
   * Brings the newest commit of the default branch, and makes the repository when it is missing. The secret of `remote`
   * is in git's environment alone. Throws `git_failed`, `repository_empty`.
   */
  bring(request: { readonly project: ProjectId; readonly remote: ForgeRemote }): Promise<ManagedClone>;
  /** A regular text file of the commit that was brought last; undefined: there is none. */
  read(request: {
    readonly project: ProjectId;
    readonly path: string;
    readonly maxBytes: number;
  }): Promise<string | undefined>;
  /** Removes it, and the daemon's repository of the project unless that holds work that is nowhere else (law 10). */
  remove(project: ProjectId): Promise<ManagedRemoval>;
}

const REGULAR = /^100(?:644|755) blob ([0-9a-f]+)\t/;
const HEAD_LINE = /^ref: refs\/heads\/([^\t\n]+)\tHEAD$/m;

/** The repositories that orch keeps by itself in this home. */
export function createManagedClones(settings: {
  readonly home: string;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  /** Where clones of tasks are; undefined: below the home. */
  readonly worktrees?: Worktrees;
}): ManagedClones {
  const { home, worktrees } = settings;
  const git = createGit({ gitPath: "git", ...settings });
  const locks = createKeyedLock();
  const folderOf = (project: ProjectId): string => managedPlace(settings.home, project);
  return {
    folderOf,
    bring: ({ project, remote }) => locks.run(project, () => bring(git, { folder: folderOf(project), remote })),
    async read({ project, path, maxBytes }) {
      const gitDir = folderOf(project);
      const listed = await git.text(["ls-tree", "-z", "--full-tree", "HEAD", "--", path], { gitDir });
      const object = REGULAR.exec(listed)?.[1];
      if (object === undefined) return undefined;
      return (await git.run(["cat-file", "blob", object], { gitDir, maxBytes })).stdout.toString("utf8");
    },
    remove: (project) => locks.run(project, () => remove(git, { home, project, worktrees })),
  };
}

async function bring(
  git: Git,
  { folder, remote }: { readonly folder: string; readonly remote: ForgeRemote },
): Promise<ManagedClone> {
  const reach = reachOf(remote);
  const { url } = remote;
  const listed = await git.text(["ls-remote", "--quiet", "--symref", "--end-of-options", url, "HEAD"], reach);
  const name = HEAD_LINE.exec(listed)?.[1];
  if (name === undefined) {
    throw orchError("repository_empty", `${url} has no commit yet`, { hint: "Push a first commit, then try again." });
  }
  const branch = unwrap(parseBranchName(name));
  const ref = `refs/heads/${branch}`;
  if (!(await exists(folder))) await make(git, { folder, url });
  // Without history: what an agent works in is borrowed from the daemon's own repository, which has all of it.
  const fetch = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
  const options = { ...reach, gitDir: folder, config: { ...reach.config, ...TOLERANT } };
  await git.text([...fetch, "--end-of-options", url, `+${ref}:${ref}`], options);
  await git.text(["symbolic-ref", "HEAD", ref], { gitDir: folder });
  const commit = await git.text(["rev-parse", "--verify", "HEAD^{commit}"], { gitDir: folder });
  return { folder, branch, commit };
}

/** Under its name in one step, so that a crash leaves no half repository. */
async function make(git: Git, { folder, url }: { readonly folder: string; readonly url: string }): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  await git.text(["init", "--quiet", "--bare", "--template=", making]);
  await writeFile(join(making, "config"), configOf(url));
  await rename(making, folder);
}

function configOf(url: string): string {
  return `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[remote "origin"]\n\turl = ${JSON.stringify(url)}\n`;
}

async function remove(
  git: Git,
  {
    home,
    project,
    worktrees,
  }: { readonly home: string; readonly project: ProjectId; readonly worktrees?: Worktrees | undefined },
): Promise<ManagedRemoval> {
  const folder = managedPlace(home, project);
  if (!(await exists(folder))) return { removed: false };
  await discard(folder);
  const { bare, clones, earlierClones, temporary } = placesOf(home, project, worktrees);
  const places = [clones, ...earlierClones];
  if (!(await exists(bare))) return { removed: true };
  const inhabited = await Promise.all(places.map(isInhabited));
  if (inhabited.includes(true) || (await holdsWork(git, bare))) return { removed: true, kept: bare };
  for (const path of [...places, temporary, bare]) await discard(path);
  return { removed: true };
}

/** Removes a folder, and the one above with the last that was in it. */
async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await rmdir(dirname(path)).catch(() => undefined);
}

async function isInhabited(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(absent);
  return entries !== undefined && entries.length > 0;
}

/** Whether a task's commits were neither pushed nor part of a branch there. */
async function holdsWork(git: Git, gitDir: string): Promise<boolean> {
  const own = ["tasks", "rescue", "incoming", "publishing", "merging"].map((kind) => `--glob=refs/orch/${kind}`);
  const known = ["base", "published"].map((kind) => `--glob=refs/orch/${kind}`);
  return (await git.text(["rev-list", "--max-count=1", ...own, "--not", ...known], { gitDir })) !== "";
}
