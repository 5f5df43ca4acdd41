import { opendir } from "node:fs/promises";

import { openFolderIn, refusalOf, type OpenFolder } from "./open-below.ts";

const MOST_DEPTH = 64;

/** Thrown inside this package alone: more was found than a bound lets through. */
export class TooMuch extends Error {
  override readonly name = "TooMuch";
}

/** What a walk came by. */
export interface Found {
  /** From where the walk began, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly kind: "file" | "folder";
  /** Where it lies; open until the walk goes on. */
  readonly folder: OpenFolder;
}

/** How far a walk goes. */
export interface WalkBounds {
  /** Entries of every kind, the links and pipes that are passed over too. */
  readonly maxEntries: number;
  /** False: passed over, with all that is below. Absent: everything is taken. */
  readonly keep?: (found: Pick<Found, "path" | "name" | "kind">) => boolean;
}

/**
 * Every regular file and folder below an opened folder, a folder before what is in it. Links lead nowhere, and what goes
 * meanwhile is passed over. Throws `TooMuch` for more than `maxEntries`, or 64 folders in each other.
 */
export async function* walkBelow(top: OpenFolder, bounds: WalkBounds): AsyncGenerator<Found> {
  yield* walk({ folder: top, prefix: "", depth: 0 }, { ...bounds, seen: 0 });
}

interface Place {
  readonly folder: OpenFolder;
  readonly prefix: string;
  readonly depth: number;
}

async function* walk(place: Place, state: WalkBounds & { seen: number }): AsyncGenerator<Found> {
  const { folder, prefix, depth } = place;
  for await (const entry of await opendir(folder.path)) {
    state.seen += 1;
    if (state.seen > state.maxEntries || depth > MOST_DEPTH) throw new TooMuch();
    const kind = kindOf(entry);
    if (kind === undefined) continue;
    const found = { path: `${prefix}${entry.name}`, name: entry.name, kind, folder };
    if (state.keep?.(found) === false) continue;
    yield found;
    if (kind === "file") continue;
    await using below = await openFolderIn(folder, entry.name).catch(goneMeanwhile);
    if (below !== undefined) yield* walk({ folder: below, prefix: `${found.path}/`, depth: depth + 1 }, state);
  }
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): Found["kind"] | undefined {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : undefined;
}

/** A folder that can't be opened any more, or is something else now, has nothing to show. */
function goneMeanwhile(cause: unknown): undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (refusalOf(cause) === "unreadable" && code !== "EACCES") throw cause;
}
