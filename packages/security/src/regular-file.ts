import type { FileHandle } from "node:fs/promises";

import { err, ok, type Result } from "@orch/core";

import { openBelow, openFileIn, plainNames, refusalOf, type FileRefusal } from "./open-below.ts";

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
  const names = plainNames(relative);
  if (names === undefined) return err("unsafe_path");
  try {
    await using folder = await openBelow(root, names.slice(0, -1));
    await using file = await openFileIn(folder, names.at(-1) ?? "");
    return await read(file);
  } catch (cause) {
    return err(refusalOf(cause));
  }
}

/** All of an opened file, at most `maxBytes`. */
export async function readOpened(file: FileHandle, maxBytes: number): Promise<Result<Buffer, FileRefusal>> {
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
