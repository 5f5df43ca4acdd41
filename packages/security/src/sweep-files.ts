import { unlink } from "node:fs/promises";
import { join } from "node:path";

import { openBelow, openFileIn, plainNames } from "./open-below.ts";
import { readOpened } from "./regular-file.ts";
import { TooMuch, walkBelow, type Found } from "./walk-below.ts";

/** Which files of somebody else's folder go. */
export interface SweepRequest {
  /** A trusted folder, and the one below it that is looked through; no component of `relative` may be a link. */
  readonly from: { readonly root: string; readonly relative: string };
  /** Files of these names go. */
  readonly names: ReadonlySet<string>;
  /** So do those of which this is true; asked for files of at most `maxBytes`. Absent: the name alone decides. */
  readonly holds?: (text: string) => Promise<boolean>;
  readonly maxBytes: number;
  /** After so many entries it ends: what is behind them stays. */
  readonly maxEntries: number;
}

/** Removes files wherever they lie below a folder, and gives how many; links lead nowhere, whatever happens meanwhile. */
export async function sweepFiles(request: SweepRequest): Promise<number> {
  const names = plainNames(request.from.relative) ?? [];
  const top = await openBelow(request.from.root, names).catch(() => undefined);
  if (top === undefined || names.length === 0) return 0;
  await using folder = top;
  let removed = 0;
  try {
    for await (const found of walkBelow(folder, { maxEntries: request.maxEntries })) {
      if (found.kind !== "file" || !(await goes(found, request))) continue;
      // By the opened folder: what took the file's place meanwhile is in there, too.
      removed += await unlink(join(found.folder.path, found.name)).then(
        () => 1,
        () => 0,
      );
    }
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
  }
  return removed;
}

async function goes({ name, folder }: Found, { names, holds, maxBytes }: SweepRequest): Promise<boolean> {
  if (names.has(name)) return true;
  if (holds === undefined) return false;
  const file = await openFileIn(folder, name).catch(() => undefined);
  if (file === undefined) return false;
  await using opened = file;
  const read = await readOpened(opened, maxBytes);
  return read.ok && holds(read.value.toString("utf8"));
}
