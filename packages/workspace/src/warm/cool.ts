import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import type { ProjectId } from "@orch/core";

import { removeTree } from "../clone.ts";
import { realHome, type Context } from "../context.ts";
import { placesOf, usualWorktrees, WARM_ENDING } from "../layout.ts";
import { sweepWarm, warmFolders } from "./records.ts";

/** Removes what no project among these has in advance, wherever clones are. */
export async function coolOthers(context: Context, keep: readonly ProjectId[]): Promise<void> {
  const home = await realHome(context);
  const kept = keep.map((id) => placesOf(home, id, context.worktrees));
  for (const places of kept) {
    await context.locks.run(places.warm, () => sweepWarm(places, context.lent));
  }
  const { base, earlier } = context.worktrees ?? { base: usualWorktrees(home), earlier: [] };
  const mine = new Set(kept.flatMap((places) => [places.clones, ...places.earlierClones]));
  for (const folder of (await Promise.all([base, ...earlier].map(repositoriesIn))).flat()) {
    if (mine.has(folder)) continue;
    for (const name of await warmFolders(folder)) {
      if (!context.lent.has(join(folder, name))) await removeTree(join(folder, name));
    }
  }
  const records = new Set(kept.map((places) => places.warm));
  for (const folder of await repositoriesIn(join(home, "projects"))) {
    if (folder.endsWith(WARM_ENDING) && !records.has(folder)) await rm(folder, { recursive: true, force: true });
  }
}

/** The folders two levels down: by owner, then by repository. */
async function repositoriesIn(tree: string): Promise<readonly string[]> {
  return (await Promise.all((await foldersIn(tree)).map(foldersIn))).flat();
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const facts = await lstat(folder).catch(() => undefined);
  if (facts?.isDirectory() !== true) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}
