import { lstat, mkdir, realpath, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { orchError } from "@orch/core";
import { isInside, readRegularFile } from "@orch/security";

import { absent, exists } from "./exists.ts";
import { usualWorktrees } from "./layout.ts";

/** The folders in which clones of tasks lie (seed row A82). All of them are real paths. */
export interface Worktrees {
  /** Where new clones are made. */
  readonly base: string;
  /** Where clones were made before: those that are still there are gone on with, and removed, where they are. */
  readonly earlier: readonly string[];
}

/** Says whose clones lie in a folder; `pathKey` never gives a name with a leading dot. */
const OWNER_FILE = ".orch-home";
const MOST_BYTES = 4096;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes the folder of clones ready for this home. One that is not below the home has to be the person's alone, and no
 * other home's, because the clones of two homes would take each other's place.
 * @throws `home_unusable` when it can't be used.
 */
export async function openWorktrees(request: {
  /** The home folder of orch; created when it is missing. */
  readonly home: string;
  /** An absolute path. */
  readonly base: string;
  /** Every base that clones were made in, as this function gave it. */
  readonly earlier: readonly string[];
}): Promise<Worktrees> {
  for (const folder of [request.home, request.base]) {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw unusable(folder, "it can't be made", cause);
    });
  }
  const [home, base] = [await realpath(request.home), await realpath(request.base)];
  const usual = usualWorktrees(home);
  if (base !== usual) await claim(base, home);
  const earlier = [...new Set([usual, ...request.earlier])].filter((folder) => folder !== base);
  const found = await Promise.all(earlier.map(async (folder) => ((await isFolder(folder)) ? [folder] : [])));
  return { base, earlier: found.flat() };
}

async function claim(base: string, home: string): Promise<void> {
  if (isInside(base, home) || isInside(home, base)) throw unusable(base, `it and ${home} are one inside the other`);
  const facts = await stat(base);
  if (facts.uid !== process.getuid?.()) throw unusable(base, "it belongs to another user");
  if ((facts.mode & WRITABLE_BY_OTHERS) !== 0) throw unusable(base, "others may write to it");
  const read = await readRegularFile(base, OWNER_FILE, MOST_BYTES);
  if (!read.ok && read.error !== "absent") throw unusable(base, `${OWNER_FILE} in it can't be read`);
  const owner = read.ok ? read.value.toString("utf8").trim() : undefined;
  if (owner === home) return;
  if (owner !== undefined && (await exists(owner))) throw unusable(base, `the clones of ${owner} are in it`);
  await writeFile(join(base, OWNER_FILE), `${home}\n`, { mode: 0o600 });
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(absent))?.isDirectory() === true;
}

function unusable(base: string, why: string, cause?: unknown): Error {
  return orchError("home_unusable", `${base} can't hold clones: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: "Set worktrees.base, or ORCH_WORKTREES, to a folder of its own that only you can write to.",
  });
}
