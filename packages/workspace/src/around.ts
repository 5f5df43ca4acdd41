import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

import type { Around, ProjectSettings } from "@orch/core";
import { isInside } from "@orch/security";

import { openBare, type Bare } from "./bare.ts";
import { realHome, type Context } from "./context.ts";
import { usualWorktrees } from "./layout.ts";
import { openSource, TRUSTED } from "./source.ts";

/** More files than this are not told apart. */
const MOST_PATHS = 5_000;
const HEAD = "HEAD";
/** What orch itself changes at any moment in its home. */
const OWN_FILES = /^orch\.db|\.(?:sock|lock|pid|tmp)$/;

interface Checkout {
  readonly top: string;
  readonly gitDir: string;
  readonly index: string;
}

/**
 * Looks at what an agent without a sandbox could write to and has no business in: the files that differ in the user's
 * checkout, its HEAD, its git configuration and hooks, and plain files where orch's home has only folders. The user's
 * files are compared with its index by the daemon's own repository, so that nothing configured in the user's runs.
 */
export async function lookAround(context: Context, project: ProjectSettings): Promise<Around> {
  const bare = await openBare(context, project);
  const source = await openSource(context.git, project);
  const around: Record<string, string> = {};
  await markHome(around, context);
  await markFiles(around, [join(source.gitDir, "config"), ...(await childrenOf(join(source.gitDir, "hooks"), "all"))]);
  const checkout = await findCheckout(context, project);
  if (checkout === undefined) return around;
  await markFiles(around, await differing(context, { bare, checkout }));
  const head = await headOf(context, { bare, checkout });
  return head === undefined ? around : { ...around, [HEAD]: head };
}

/** What differs from an earlier look, sorted. What orch merged meanwhile does not count. */
export async function changedAround(
  context: Context,
  { project, before }: { readonly project: ProjectSettings; readonly before: Around },
): Promise<readonly string[]> {
  const now = await lookAround(context, project);
  const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = paths.filter((path) => before[path] !== now[path] && (path !== HEAD || now[path] !== undefined));
  return changed.toSorted();
}

/** Absent for a repository without a work tree. */
async function findCheckout(context: Context, project: ProjectSettings): Promise<Checkout | undefined> {
  const ask = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--absolute-git-dir", "--git-path", "index"];
  const output = await context.git.run(["-C", project.source, ...ask], { config: TRUSTED });
  const [top = "", gitDir = "", index = ""] = output.stdout.toString("utf8").split("\n");
  return output.exitCode === 0 ? { top, gitDir, index } : undefined;
}

/** The files of a checkout that differ from its index or are not in it. Ignored ones are not looked at. */
async function differing(
  context: Context,
  { bare, checkout }: { readonly bare: Bare; readonly checkout: Checkout },
): Promise<readonly string[]> {
  const options = {
    gitDir: bare.gitDir,
    // Both commands only read it.
    env: { GIT_WORK_TREE: checkout.top, GIT_INDEX_FILE: checkout.index },
    config: { "core.bare": "false" },
  };
  const names: string[] = [];
  for (const args of [
    ["diff-files", "--name-only", "--ignore-submodules=all", "-z"],
    ["ls-files", "--others", "--exclude-standard", "-z"],
  ]) {
    const { stdout, exitCode } = await context.git.run(["-C", checkout.top, ...args], options);
    if (exitCode === 0) names.push(...stdout.toString("utf8").split("\0").slice(0, -1));
  }
  return names.slice(0, MOST_PATHS).map((name) => join(checkout.top, name));
}

/** Branch and commit that are checked out; undefined where orch put the commit there itself. */
async function headOf(
  context: Context,
  { bare, checkout }: { readonly bare: Bare; readonly checkout: Checkout },
): Promise<string | undefined> {
  const ask = async (args: readonly string[]): Promise<string> =>
    (await context.git.run(args, { gitDir: checkout.gitDir, config: TRUSTED })).stdout.toString("utf8").trim();
  const commit = await ask(["rev-parse", "--verify", "--quiet", HEAD]);
  if (commit !== "") {
    const own = ["for-each-ref", "--count=1", "--points-at", commit, "refs/orch/merging", "refs/orch/published"];
    if ((await context.git.run(own, { gitDir: bare.gitDir })).stdout.length > 0) return undefined;
  }
  return `${await ask(["symbolic-ref", "--quiet", HEAD])} ${commit}`;
}

/** Plain files in orch's home: at its top, and where only the folders of owners, repositories and clones are. */
async function markHome(around: Record<string, string>, context: Context): Promise<void> {
  const home = await realHome(context);
  const { base, earlier } = context.worktrees ?? { base: usualWorktrees(home), earlier: [] };
  const clones = [base, ...earlier];
  const trees = [...clones, join(home, "projects")];
  const owners = (await Promise.all(trees.map((tree) => childrenOf(tree, "folders")))).flat();
  const repositories = (await Promise.all(owners.map((owner) => childrenOf(owner, "folders")))).flat();
  const places = [
    home,
    ...trees,
    ...owners,
    ...repositories.filter((path) => clones.some((tree) => isInside(tree, path))),
  ];
  const files = (await Promise.all(places.map((place) => childrenOf(place, "files")))).flat();
  await markFiles(around, files.slice(0, MOST_PATHS));
}

async function childrenOf(folder: string, kind: "files" | "folders" | "all"): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const wanted = entries.filter((entry) => kind === "all" || entry.isDirectory() === (kind === "folders"));
    return wanted.filter(({ name }) => kind !== "files" || !OWN_FILES.test(name)).map(({ name }) => join(folder, name));
  } catch {
    // A folder that is not there has nothing in it.
    return [];
  }
}

async function markFiles(around: Record<string, string>, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined);
    around[path] = found === undefined ? "gone" : `${found.mtimeMs} ${found.size} ${found.mode}`;
  }
}
