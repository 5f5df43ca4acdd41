import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative as relativeTo, sep } from "node:path";

import { orchError } from "@orch/core";

/**
 * The real path of `relative` below `root`, with every link resolved. What does not exist yet is judged by its nearest
 * existing parent. `root` has to exist.
 * @throws `path_escape` when the path is absolute, holds a NUL, or leads out of `root`.
 */
export async function containedPath(root: string, relative: string): Promise<string> {
  if (isAbsolute(relative) || relative.includes("\0")) throw escapeOf(relative);
  const base = await realpath(root);
  const wanted = join(base, relative);
  if (!isInside(base, wanted)) throw escapeOf(relative);
  const real = await realOf(wanted);
  if (!isInside(base, real)) throw escapeOf(relative);
  return real;
}

/** True when `path` is `root` or below it, by text alone; both absolute and normalised. */
export function isInside(root: string, path: string): boolean {
  const way = relativeTo(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    // A link that leads nowhere yet may lead out as soon as something is written through it.
    if (!isAbsent(cause) || dirname(path) === path || (await isThere(path))) throw escapeOf(path, cause);
    return join(await realOf(dirname(path)), basename(path));
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function escapeOf(path: string, cause?: unknown): Error {
  return orchError("path_escape", "a path leaves the folder that it must stay in", { cause, details: { path } });
}
