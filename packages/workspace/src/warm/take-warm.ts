import { lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError, orchError, type ProjectSettings } from "@orch/core";

import { gitFolderOf, removeTree, writeGitFolder, type CloneRequest } from "../clone.ts";
import type { Context } from "../context.ts";
import { fitsAt } from "./fitness.ts";
import { dropRecord, dropWarm, readRecords, warmIndex, warmPath, type WarmRecord } from "./records.ts";

/** What became of the wish for a clone that was made in advance. */
export interface Taken {
  /** Its set-up has run already. */
  readonly setUp: boolean;
}

/**
 * Gives a task the newest clone in advance whose set-up fits the commit that it begins at, at the place of its own.
 * Undefined: there is none. Its set-up is a program of the project's, so the clone is a stranger's: its `.git` is made
 * anew, and its files are moved to the commit by the daemon's repository with the daemon's own index. It becomes the
 * task's in a single step.
 */
export async function takeWarm(
  context: Context,
  { project, plan }: { readonly project: ProjectSettings; readonly plan: CloneRequest },
): Promise<Taken | undefined> {
  const { bare, headCommit: commit } = plan;
  if (project.warm === undefined || project.warm === 0) return undefined;
  return context.locks.run(bare.places.warm, async () => {
    const records = await readRecords(bare.places);
    for (const record of records.toReversed()) {
      if (!(await fitsAt(bare, { project, record, commit }))) continue;
      if (await moveIn(context, { plan, record })) return { setUp: record.setUp !== "none" };
    }
    return undefined;
  });
}

/** False: it could not be used, and is gone. */
async function moveIn(
  context: Context,
  { plan, record }: { readonly plan: CloneRequest; readonly record: WarmRecord },
): Promise<boolean> {
  const { bare, path, headCommit } = plan;
  const { places } = bare;
  const { name } = record;
  const warm = warmPath(places, name);
  const index = warmIndex(places, name);
  await dropRecord(places, name);
  try {
    if (!(await lstat(warm)).isDirectory()) throw orchError("git_untrusted", "a clone is not a folder");
    if (record.commit !== headCommit) {
      await context.git.text(["-C", warm, "read-tree", "--reset", "-u", headCommit], {
        gitDir: bare.gitDir,
        env: { GIT_WORK_TREE: warm, GIT_INDEX_FILE: index },
        config: { "core.bare": "false" },
      });
    }
    await removeTree(join(warm, ".git"));
    await writeGitFolder(warm, { ...gitFolderOf(plan), index });
    await rename(warm, path);
    await rm(index, { force: true });
    return true;
  } catch (error) {
    if (isOrchError(error, "disk_full")) throw error;
    context.logger.warn({ path: warm, error }, "a clone that was made in advance could not be used");
    await dropWarm(places, name);
    return false;
  }
}
