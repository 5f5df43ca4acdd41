import { constants } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError, orchError } from "@orch/core";

/** Why something of somebody else's folder is not read. */
export type FileRefusal =
  | "absent"
  /** A component is a link, or the path is not a plain relative one. */
  | "unsafe_path"
  /** A folder, pipe, device or socket. */
  | "not_regular"
  | "too_large"
  | "unreadable";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
const FOLDER = O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_NONBLOCK;
const FILE = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const hasDescriptorPaths = process.platform === "linux";

/** A folder that was reached without following a link, and stays the same one whatever happens to its name. */
export interface OpenFolder extends AsyncDisposable {
  /** Leads to what is in it: on Linux by its descriptor, elsewhere by its name without links. */
  readonly path: string;
}

/** Opens a trusted folder; links on the way to it are followed. Throws what the system says. */
export async function openRoot(path: string): Promise<OpenFolder> {
  const real = await realpath(path);
  return folderOf(await open(real, O_RDONLY | O_DIRECTORY), real);
}

/** Opens a folder in a folder; a link in its place is refused. Throws what the system says; `refusalOf` reads it. */
export async function openFolderIn(folder: OpenFolder, name: string): Promise<OpenFolder> {
  const path = join(folder.path, name);
  return folderOf(await openIn(path, FOLDER), path);
}

/** Opens whatever is not a folder's link for reading, without waiting for a pipe's other end; as `openFolderIn`. */
export async function openFileIn(folder: OpenFolder, name: string): Promise<FileHandle> {
  return openIn(join(folder.path, name), FILE);
}

/** Opens the folder below `root` that these names lead to, each opened in the one before. */
export async function openBelow(root: string, names: readonly string[]): Promise<OpenFolder> {
  let folder = await openRoot(root);
  for (const name of names) {
    await using parent = folder;
    folder = await openFolderIn(parent, name);
  }
  return folder;
}

/** The names of a plain relative path; undefined for any other. */
export function plainNames(relative: string): readonly string[] | undefined {
  const names = relative.split("/");
  const odd = names.some((name) => name === "" || name === "." || name === ".." || name.includes("\0"));
  return odd ? undefined : names;
}

/** What an error of opening or reading means. */
export function refusalOf(cause: unknown): FileRefusal {
  if (isOrchError(cause, "path_escape")) return "unsafe_path";
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "absent";
  if (code === "ELOOP" || code === "ENOTDIR" || code === "EMLINK") return "unsafe_path";
  if (code === "ENXIO" || code === "EISDIR" || code === "ENODEV") return "not_regular";
  return "unreadable";
}

/** Linux: `/proc/self/fd/N/name` is `openat(N, "name")`. Elsewhere the name must still lead, without links, to what was opened. */
async function openIn(path: string, flags: number): Promise<FileHandle> {
  const opened = await open(path, flags);
  if (hasDescriptorPaths) return opened;
  try {
    if ((await realpath(path)) !== path) throw orchError("path_escape", "a link leads there");
    await using again = await open(path, flags);
    const [first, second] = [await opened.stat(), await again.stat()];
    if (first.ino === second.ino && first.dev === second.dev) return opened;
    throw orchError("path_escape", "it was replaced meanwhile");
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function folderOf(handle: FileHandle, name: string): OpenFolder {
  return {
    path: hasDescriptorPaths ? `/proc/self/fd/${handle.fd}` : name,
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
