import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { orchError, type BranchName } from "@orch/core";

import type { Bare } from "./bare.ts";
import { removeTree, siblingOf } from "./clone.ts";
import { identityVariables, type Context, type Identity } from "./context.ts";
import { exists } from "./exists.ts";
import { refsOf } from "./layout.ts";
import { takeIn } from "./take-in.ts";

/** A clone that is to go. */
export interface Retirement {
  readonly bare: Bare;
  readonly path: string;
  readonly branch: BranchName;
  readonly identity: Identity;
}

/** What was kept before it went. */
export interface Retired {
  /** The newest ref that keeps something, when there was something. */
  readonly rescued?: string;
  /** Where the whole clone was put, because refs could not keep it. */
  readonly trash?: string;
}

/**
 * Keeps what only the clone holds, then removes it (law 10). New commits and uncommitted, not ignored files become
 * rescue refs. What refs can't keep (a `.git` that is not to be trusted, a repository inside the working tree) is not
 * judged: the whole clone is moved to the trash, which orch never empties.
 */
export async function retireClone(context: Context, request: Retirement): Promise<Retired> {
  const { bare, path, branch } = request;
  const removing = siblingOf(path, "removing");
  await removeTree(removing);
  if (!(await exists(path))) return {};
  const published = await bare.commitOf(refsOf(branch).published);
  const taken = await takeIn(context, { bare, clone: path, branch });
  if (!taken.ok) return { trash: await moveToTrash(context, request) };
  const loose = await snapshot(context, request);
  if (!loose.whole) return { trash: await moveToTrash(context, request) };
  const unpublished = taken.value.commit !== undefined && taken.value.commit !== published;
  const refs = [...taken.value.strays.map(({ ref }) => ref), loose.ref];
  const rescued = refs.findLast((ref) => ref !== undefined) ?? (unpublished ? await keepTask(request) : undefined);
  await rename(path, removing);
  await removeTree(removing);
  if ((await exists(path)) || (await exists(removing))) {
    throw orchError("path_escape", "a clone is still there after its removal", { details: { path } });
  }
  return rescued === undefined ? {} : { rescued };
}

/** The task's own ref keeps the branch; it counts as rescued only where it holds more than its base. */
async function keepTask({ bare, branch }: Retirement): Promise<string | undefined> {
  const { task } = refsOf(branch);
  const args = ["rev-list", "--max-count=1", task, "--not", "--glob=refs/orch/base/*", "--glob=refs/orch/published/*"];
  return (await bare.text(args)) === "" ? undefined : task;
}

async function moveToTrash(context: Context, { bare, path }: Retirement): Promise<string> {
  const name = `${basename(path)}-${context.clock.now()}`;
  const moved = await moveInto(bare.places.trash, { path, name });
  // Clones that are made on another disk have their trash there: a folder that can't be trusted is not copied.
  const trash = moved ?? (await moveInto(join(dirname(path), ".trash"), { path, name }));
  if (trash === undefined)
    throw orchError("path_escape", "a clone is on another disk than its folder", { details: { path } });
  context.logger.warn({ trash }, "a clone could not be rescued into refs and was moved to the trash");
  return trash;
}

/** Where it is then; undefined: the folder is on another disk. */
async function moveInto(
  folder: string,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<string | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let place = join(folder, name);
  while (await exists(place)) place = `${place}x`;
  try {
    await rename(path, place);
    return place;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EXDEV") return undefined;
    throw cause;
  }
}

/** The working tree as a commit, when it differs from the task's; made by file reads only, with an index of the daemon's. */
async function snapshot(
  context: Context,
  request: Retirement,
): Promise<{ readonly whole: boolean; readonly ref?: string }> {
  const { bare, path, branch } = request;
  const refs = refsOf(branch);
  const index = join(bare.places.temporary, `index-${basename(path)}`);
  await mkdir(dirname(index), { recursive: true, mode: 0o700 });
  await rm(index, { force: true });
  const options = { gitDir: bare.gitDir, env: { GIT_INDEX_FILE: index, GIT_WORK_TREE: path } };
  try {
    const list = ["ls-files", "--others", "--exclude-standard", "-z"];
    const listed = await context.git.run(["-C", path, ...list], options);
    const names = listed.stdout
      .toString("utf8")
      .split("\0")
      .filter((name) => name !== "");
    if (listed.exitCode !== 0 || listed.truncated || names.some((name) => name.endsWith("/"))) return { whole: false };
    const added = await context.git.run(["-C", path, "update-index", "--add", "-z", "--stdin"], {
      ...options,
      input: listed.stdout,
    });
    if (added.exitCode !== 0) return { whole: false };
    const tree = await context.git.text(["write-tree"], options);
    const head = await bare.commitOf(refs.task);
    if (await isSameTree(bare, { tree, head: head ?? "" })) return { whole: true };
    const ref = `${refs.rescue}uncommitted-${tree.slice(0, 12)}`;
    const parents = head === undefined ? [] : ["-p", head];
    const message = `Uncommitted work of ${branch}`;
    const env = identityVariables(request.identity);
    const commit = await context.git.text(["commit-tree", ...parents, "-m", message, tree], {
      gitDir: bare.gitDir,
      env,
    });
    await bare.setRef(ref, commit);
    return { whole: true, ref };
  } finally {
    await rm(index, { force: true });
  }
}

async function isSameTree(bare: Bare, input: { readonly tree: string; readonly head: string }): Promise<boolean> {
  if (input.head === "") return false;
  const args = ["diff-tree", "--name-only", "--ignore-submodules=all", "-r", input.head, input.tree];
  return (await bare.text(args)) === "";
}
