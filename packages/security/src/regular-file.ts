import { constants } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { err, ok, type Result } from "@orch/core";

import { isInside } from "./contained-path.ts";

/** Why a file of somebody else's folder is not read. */
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

/**
 * Reads a file below `root` without ever following a link, whatever happens there meanwhile: each component is opened
 * relative to its opened parent, and what was opened is looked at, not its name. At most `maxBytes`; a larger file is
 * refused, not cut. `root` itself is trusted.
 */
export async function readRegularFile(
  root: string,
  relative: string,
  maxBytes: number,
): Promise<Result<Buffer, FileRefusal>> {
  return readBelow(root, { relative, read: (file) => readOpened(file, maxBytes) });
}

/** The same for the last `bytes` of a file of any length. */
export async function readRegularTail(
  root: string,
  relative: string,
  bytes: number,
): Promise<Result<Buffer, FileRefusal>> {
  return readBelow(root, { relative, read: (file) => readEnd(file, bytes) });
}

type ReadFile = (file: FileHandle) => Promise<Result<Buffer, FileRefusal>>;

async function readBelow(
  root: string,
  { relative, read }: { readonly relative: string; readonly read: ReadFile },
): Promise<Result<Buffer, FileRefusal>> {
  const parts = relative.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0")))
    return err("unsafe_path");
  try {
    return hasDescriptorPaths
      ? await readByDescriptors(root, { parts, read })
      : await readByNames(root, { parts, read });
  } catch (cause) {
    return err(refusalOf(cause));
  }
}

interface Wanted {
  readonly parts: readonly string[];
  readonly read: ReadFile;
}

/** Linux: `/proc/self/fd/N/name` is `openat(N, "name")`. */
async function readByDescriptors(root: string, wanted: Wanted): Promise<Result<Buffer, FileRefusal>> {
  let folder = await open(root, O_RDONLY | O_DIRECTORY);
  try {
    for (const part of wanted.parts.slice(0, -1)) {
      const next = await open(`/proc/self/fd/${folder.fd}/${part}`, FOLDER);
      await folder.close();
      folder = next;
    }
    const name = wanted.parts.at(-1) ?? "";
    await using file = await open(`/proc/self/fd/${folder.fd}/${name}`, FILE);
    return await wanted.read(file);
  } finally {
    await folder.close();
  }
}

/** Elsewhere: open without following the last link, then check that the name still leads, without links, to what was opened. */
async function readByNames(root: string, wanted: Wanted): Promise<Result<Buffer, FileRefusal>> {
  const base = await realpath(root);
  const path = join(base, ...wanted.parts);
  await using file = await open(path, FILE);
  const real = await realpath(path);
  if (real !== path || !isInside(base, real)) return err("unsafe_path");
  await using again = await open(real, FILE);
  const [first, second] = [await file.stat(), await again.stat()];
  if (first.ino !== second.ino || first.dev !== second.dev) return err("unsafe_path");
  return await wanted.read(file);
}

async function readOpened(file: FileHandle, maxBytes: number): Promise<Result<Buffer, FileRefusal>> {
  const facts = await file.stat();
  if (!facts.isFile()) return err("not_regular");
  if (facts.size > maxBytes) return err("too_large");
  // One byte more than allowed: a file that grows meanwhile is noticed, not read on.
  const read = await readAt(file, { from: 0, bytes: Math.min(maxBytes, facts.size) + 1 });
  return read.length > maxBytes ? err("too_large") : ok(read);
}

async function readEnd(file: FileHandle, bytes: number): Promise<Result<Buffer, FileRefusal>> {
  const facts = await file.stat();
  if (!facts.isFile()) return err("not_regular");
  return ok(await readAt(file, { from: Math.max(0, facts.size - bytes), bytes: Math.min(bytes, facts.size) }));
}

async function readAt(
  file: FileHandle,
  { from, bytes }: { readonly from: number; readonly bytes: number },
): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function refusalOf(cause: unknown): FileRefusal {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "absent";
  if (code === "ELOOP" || code === "ENOTDIR" || code === "EMLINK") return "unsafe_path";
  if (code === "ENXIO" || code === "EISDIR" || code === "ENODEV") return "not_regular";
  return "unreadable";
}
