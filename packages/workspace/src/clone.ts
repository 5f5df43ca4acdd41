import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { orchError, type BranchName, type CommitSha } from "@orch/core";

import type { Bare } from "./bare.ts";
import { attributesText, cloneConfig, excludeText } from "./clone-config.ts";
import { alternatesText } from "./clone-state.ts";
import type { Context, Identity } from "./context.ts";
import { absent, exists } from "./exists.ts";

/** What a clone is made from. */
export interface CloneRequest {
  readonly bare: Bare;
  readonly path: string;
  readonly branch: BranchName;
  readonly base: BranchName;
  readonly baseCommit: CommitSha;
  readonly headCommit: CommitSha;
  readonly identity: Identity;
  readonly objectFormat: "sha1" | "sha256";
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** What must not be in the `.git` of a clone whose agent has ended; all of it git makes anew when it needs it. */
const UNWANTED = [
  "hooks",
  "commondir",
  "gitdir",
  "config.worktree",
  "config.lock",
  "HEAD.lock",
  "index.lock",
  "packed-refs.lock",
  "info/grafts",
  "info/sparse-checkout",
  "objects/info/http-alternates",
  "refs/replace",
  "fsmonitor--daemon",
  "fsmonitor--daemon.ipc",
  "orch-verify-index",
  "orch-verify-index.lock",
];

/** What stands in the `.git` of a new clone. */
export interface GitFolder {
  readonly bare: Bare;
  readonly path: string;
  /** The text of `HEAD`. */
  readonly head: string;
  readonly refs: readonly { readonly name: string; readonly commit: CommitSha }[];
  readonly identity: Identity;
  readonly objectFormat: "sha1" | "sha256";
  /** An index to begin with; absent: git makes one. */
  readonly index?: string;
}

/** Makes the clone of a task on its branch, which also shows where the base stands. */
export async function createClone(context: Context, request: CloneRequest): Promise<void> {
  await makeClone(context, gitFolderOf(request));
}

/** What stands in the `.git` of a task's clone. */
export function gitFolderOf(request: CloneRequest): GitFolder {
  const { branch, base, headCommit, baseCommit, ...folder } = request;
  return {
    ...folder,
    head: `ref: refs/heads/${branch}`,
    refs: [
      { name: `refs/heads/${branch}`, commit: headCommit },
      { name: `refs/remotes/origin/${base}`, commit: baseCommit },
    ],
  };
}

/**
 * Makes a clone that borrows the daemon's objects, as `git clone --shared` would, but under a temporary name that
 * becomes the real one in a single step, so that a crash leaves no half clone.
 */
export async function makeClone(context: Context, folder: GitFolder): Promise<void> {
  const { path } = folder;
  const making = siblingOf(path, "making");
  await removeTree(making);
  await writeGitFolder(making, folder);
  // No agent has been here yet: this is the only moment at which git may run in a clone.
  await context.git.text(["-C", making, "reset", "--hard", "--quiet"], { transport: "file" });
  await rename(making, path);
}

/** Writes the `.git` of a clone into a folder that has none. */
export async function writeGitFolder(clone: string, folder: GitFolder): Promise<void> {
  const { bare } = folder;
  const git = join(clone, ".git");
  for (const name of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info", "hooks"]) {
    await mkdir(join(git, name), { recursive: true, mode: 0o700 });
  }
  await writeFile(join(git, "HEAD"), `${folder.head}\n`);
  await writeFile(join(git, "objects/info/alternates"), alternatesText(bare.gitDir));
  await writeFile(join(git, "info/exclude"), excludeText);
  await writeFile(join(git, "info/attributes"), attributesText);
  await writeFile(join(git, "config"), cloneConfig(folder.identity, folder.objectFormat));
  for (const ref of folder.refs) await writeRef(git, ref);
  const shallow = join(bare.gitDir, "shallow");
  if (await exists(shallow)) await copyFile(shallow, join(git, "shallow"));
  if (folder.index !== undefined) await copyFile(folder.index, join(git, "index"));
}

/**
 * Puts a known configuration into a clone's `.git`, by file writes that never follow a link.
 * @throws `git_untrusted` when `.git` or a folder in it is a link or a file.
 */
export async function disarmClone(input: {
  readonly path: string;
  readonly bare: string;
  readonly config: string;
}): Promise<void> {
  const git = join(input.path, ".git");
  for (const folder of [input.path, git]) await requireFolder(folder, { create: false });
  for (const name of ["info", "objects", "objects/info", "refs"])
    await requireFolder(join(git, name), { create: true });
  for (const name of [...UNWANTED, ...(await refLocks(git))])
    await rm(join(git, name), { recursive: true, force: true });
  await mkdir(join(git, "hooks"), { mode: 0o700 });
  await writeAfresh(join(git, "config"), input.config);
  await writeAfresh(join(git, "info/exclude"), excludeText);
  await writeAfresh(join(git, "info/attributes"), attributesText);
  await writeAfresh(join(git, "objects/info/alternates"), alternatesText(input.bare));
}

/** Lets the agent see where the base stands now; skipped when a link is in the way. */
export async function showBase(
  clone: string,
  input: { readonly base: BranchName; readonly commit: CommitSha },
): Promise<void> {
  const git = join(clone, ".git");
  const name = `refs/remotes/origin/${input.base}`;
  let folder = git;
  for (const part of dirname(name).split("/")) {
    folder = join(folder, part);
    const facts = await lstat(folder).catch(absent);
    if (facts !== undefined && !facts.isDirectory()) return;
    if (facts === undefined) await mkdir(folder);
  }
  await writeAfresh(join(git, name), `${input.commit}\n`);
}

/** A folder beside a clone for a passing state of it; `pathKey` never gives a name with a leading dot. */
export function siblingOf(path: string, state: "making" | "removing"): string {
  return join(dirname(path), `.${state}-${path.slice(dirname(path).length + 1)}`);
}

/** Removes a folder with all that is in it, also where folders are write-protected; links are removed, not followed. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Caches of some tools are read-only folders: opened up once, then the failure counts.
    await openUp(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openUp(folder: string): Promise<void> {
  const facts = await lstat(folder).catch(absent);
  if (facts?.isDirectory() !== true) return;
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
  }
}

/** Locks of a git that was killed while it moved a ref. */
async function refLocks(git: string): Promise<readonly string[]> {
  const locks: string[] = [];
  const waiting = ["refs"];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await readdir(join(git, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.name.endsWith(".lock")) locks.push(name);
      else if (entry.isDirectory()) waiting.push(name);
    }
  }
  return locks;
}

async function requireFolder(path: string, how: { readonly create: boolean }): Promise<void> {
  const facts = await lstat(path).catch(absent);
  if (facts?.isDirectory() === true) return;
  if (facts === undefined && how.create) {
    await mkdir(path, { mode: 0o700 });
    return;
  }
  throw orchError("git_untrusted", "a folder of a clone's .git is something else", { details: { path } });
}

/** Replaces whatever is there by a fresh regular file. */
async function writeAfresh(path: string, text: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  await file.writeFile(text);
}

async function writeRef(git: string, ref: { readonly name: string; readonly commit: CommitSha }): Promise<void> {
  await mkdir(dirname(join(git, ref.name)), { recursive: true });
  await writeFile(join(git, ref.name), `${ref.commit}\n`);
}
