import { lstat, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError, orchError, type BranchName, type CommitSha, type ProjectSettings } from "@orch/core";
import { replaceFile } from "@orch/security";

import { attributesText, bareConfig, excludeText } from "./clone-config.ts";
import { findPlaces, identityOf, type Context } from "./context.ts";
import { absent, exists } from "./exists.ts";
import type { GitOptions } from "./git.ts";
import { baseRef, type ProjectPlaces } from "./layout.ts";
import { openOrigin, type Origin, type Target } from "./origin.ts";
import { repositoryOf, type Repository } from "./repository.ts";

const STALE_LOCK_MS = 60_000;

/** Blemishes of real old histories that endanger nobody; only accepted from the user's own repository. */
const HARMLESS = [
  "badDate",
  "badEmail",
  "badName",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingTaggerEntry",
  "zeroPaddedDate",
  "zeroPaddedFilemode",
];

/** Takes them in a fetch. */
export const TOLERANT: Readonly<Record<string, string>> = Object.fromEntries(
  HARMLESS.map((id) => [`fetch.fsck.${id}`, "ignore"]),
);

/** The daemon's repository of a project, with the places around it. */
export interface Bare extends Repository {
  readonly places: ProjectPlaces;
}

/** The daemon's repository, as it stands. */
export async function openBare(context: Context, project: ProjectSettings): Promise<Bare> {
  const places = await findPlaces(context, project);
  return { ...repositoryOf(context.git, places.bare), places };
}

/** The daemon's repository, created when it is missing, with the origin's branches as they are now. */
export async function refreshBare(
  context: Context,
  project: ProjectSettings,
): Promise<{ readonly bare: Bare; readonly origin: Origin }> {
  const origin = await openOrigin(context, project);
  const bare = await openBare(context, project);
  await context.locks.run(bare.gitDir, async () => {
    await ensureBare(bare.places, { project, origin });
    await fetchBranches(context, { bare, origin });
  });
  return { bare, origin };
}

/** Runs a command that moves refs of the daemon's repository; when it fails, locks of a dead process go, for the next try. */
export async function moving(
  context: Context,
  input: { readonly bare: Bare; readonly args: readonly string[]; readonly options?: GitOptions },
): Promise<string> {
  const { bare, args, options } = input;
  try {
    return await context.git.text(args, { ...options, gitDir: bare.gitDir });
  } catch (error) {
    if (isOrchError(error, "git_failed")) await dropStaleLocks(context, bare.gitDir);
    throw error;
  }
}

/** The commit of a base branch as last fetched. @throws `git_failed` */
export async function baseCommitOf(bare: Bare, base: BranchName): Promise<CommitSha> {
  const commit = await bare.commitOf(baseRef(base));
  if (commit !== undefined) return commit;
  throw orchError("git_failed", `the branch ${base} does not exist`, {
    hint: "Create it, or start from another one.",
    details: { base, reason: "base_missing" },
  });
}

async function fetchBranches(
  context: Context,
  { bare, origin }: { readonly bare: Bare; readonly origin: Origin },
): Promise<void> {
  await fetchFrom(context, { bare, from: origin, args: origin.fetchArgs, refs: "+refs/heads/*:refs/orch/base/*" });
  // Who merges a pull request from a fork may push to its branch there.
  if (origin.fork !== undefined)
    await fetchFrom(context, { bare, from: origin.fork, args: [], refs: "+refs/heads/*:refs/orch/fork/*" });
}

async function fetchFrom(
  context: Context,
  input: {
    readonly bare: Bare;
    readonly from: Target;
    readonly args: readonly string[];
    readonly refs: string;
  },
): Promise<void> {
  const { bare, from } = input;
  const args = [
    "fetch",
    "--quiet",
    "--prune",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--update-shallow",
    ...input.args,
    "--end-of-options",
    from.address,
    input.refs,
  ];
  await moving(context, { bare, args, options: { ...from.reach, config: { ...from.reach.config, ...TOLERANT } } });
}

async function ensureBare(
  places: ProjectPlaces,
  input: { readonly project: ProjectSettings; readonly origin: Origin },
): Promise<void> {
  const { bare } = places;
  const config = bareConfig(identityOf(input.project), input.origin.objectFormat);
  if (await exists(bare)) {
    if ((await readFile(join(bare, "config"), "utf8")) !== config) {
      await replaceFile(join(bare, "config"), config, { soleWriter: true });
    }
    return;
  }
  const making = `${bare}.making`;
  await rm(making, { recursive: true, force: true });
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "info"]) {
    await mkdir(join(making, folder), { recursive: true, mode: 0o700 });
  }
  // HEAD names a branch that never exists: no commit of anybody stands for this repository.
  await writeFile(join(making, "HEAD"), "ref: refs/heads/none\n");
  await writeFile(join(making, "config"), config);
  await writeFile(join(making, "info/exclude"), excludeText);
  await writeFile(join(making, "info/attributes"), attributesText);
  await rename(making, bare);
}

async function dropStaleLocks(context: Context, bare: string): Promise<void> {
  const entries = await readdir(bare, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith(".lock")) continue;
    const path = join(entry.parentPath, entry.name);
    const facts = await lstat(path).catch(absent);
    if (facts === undefined || context.clock.now() - facts.mtimeMs < STALE_LOCK_MS) continue;
    context.logger.warn({ path }, "removed a lock that a dead process left");
    await rm(path, { force: true });
  }
}
