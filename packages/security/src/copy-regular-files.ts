import { mkdir, open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { err, ok, type Result } from "@orch/core";

import { openBelow, openFileIn, plainNames, refusalOf, type FileRefusal, type OpenFolder } from "./open-below.ts";
import { TooMuch, walkBelow, type Found, type WalkBounds } from "./walk-below.ts";

const CHUNK = 1024 * 1024;

/** What is copied from somebody else's folder, and where to. */
export interface CopyRequest extends WalkBounds {
  /** A trusted folder, and the one below it whose contents are copied; no component of `relative` may be a link. */
  readonly from: { readonly root: string; readonly relative: string };
  /** Where nobody else writes; made anew, whatever was there. */
  readonly to: string;
  /** Of all files together. */
  readonly maxBytes: number;
}

/**
 * Copies the regular files and folders of a folder, and gives the paths of the files; nothing is read through a link,
 * whatever happens there meanwhile. Links, pipes and what can't be opened are left out. All or nothing else: what is over
 * a bound leaves no copy. Only for their owner; of the modes the right to execute stays.
 */
export async function copyRegularFiles(request: CopyRequest): Promise<Result<readonly string[], FileRefusal>> {
  await rm(request.to, { recursive: true, force: true });
  const names = plainNames(request.from.relative);
  if (names === undefined) return err("unsafe_path");
  let top: OpenFolder;
  try {
    top = await openBelow(request.from.root, names);
  } catch (cause) {
    return err(refusalOf(cause));
  }
  await using folder = top;
  try {
    return ok(await copyAll(folder, request));
  } catch (error) {
    await rm(request.to, { recursive: true, force: true });
    if (error instanceof TooMuch) return err("too_large");
    throw error;
  }
}

async function copyAll(folder: OpenFolder, { to, maxBytes, ...bounds }: CopyRequest): Promise<readonly string[]> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const copied: string[] = [];
  let left = maxBytes;
  for await (const found of walkBelow(folder, bounds)) {
    const path = join(to, found.path);
    if (found.kind === "folder") {
      await mkdir(path, { mode: 0o700 });
      continue;
    }
    await using file = await openRegular(found);
    if (file === undefined) continue;
    left -= await copyOpened(file, { path, maxBytes: left });
    copied.push(found.path);
  }
  return copied;
}

/** Undefined for what is gone, may not be read, or was replaced by something else. */
async function openRegular({ folder, name }: Found): Promise<FileHandle | undefined> {
  const file = await openFileIn(folder, name).catch(() => undefined);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

async function copyOpened(
  file: FileHandle,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): Promise<number> {
  const { size, mode } = await file.stat();
  if (size > maxBytes) throw new TooMuch();
  await using copy = await open(path, "wx", 0o600 | (mode & 0o100));
  const chunk = Buffer.alloc(Math.min(CHUNK, size + 1));
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, length);
    if (bytesRead === 0) return length;
    length += bytesRead;
    // It may grow while it is read.
    if (length > maxBytes) throw new TooMuch();
    await copy.appendFile(chunk.subarray(0, bytesRead));
  }
}
