import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { parseCommitSha, type CommitSha } from "@orch/core";
import { readRegularFile, replaceFile } from "@orch/security";

import { removeTree } from "../clone.ts";
import type { ProjectPlaces } from "../layout.ts";

/** What is known of a clone that is ready for a task; kept where no session reaches it. */
export interface WarmRecord {
  /** When it was made (epoch milliseconds), with a number where two were made at once. */
  readonly name: string;
  /** What its working tree shows. */
  readonly commit: CommitSha;
  /** What its set-up was made by, see `setUpOf`. */
  readonly setUp: string;
}

const MOST_BYTES = 4096;
const PREFIX = ".warm-";
/** A clone in advance, ready or half made, by its folder's name. */
const FOLDER = /^(?:\.making-)?\.warm-[0-9]/;
const ENDING = ".ready";

/** Where a clone in advance is: beside the tasks' clones, for a rename. No key of a branch begins with a dot. */
export function warmPath(places: ProjectPlaces, name: string): string {
  return join(places.clones, `${PREFIX}${name}`);
}

/** The daemon's own index of a clone, made before anything else ran there. */
export function warmIndex(places: ProjectPlaces, name: string): string {
  return join(places.warm, `${name}.index`);
}

/** The clones that are ready, oldest first. */
export async function readRecords(places: ProjectPlaces): Promise<readonly WarmRecord[]> {
  const names = (await namesIn(places.warm)).filter((name) => name.endsWith(ENDING)).toSorted();
  const read = await Promise.all(names.map((name) => readRecord(places, name.slice(0, -ENDING.length))));
  return read.flatMap((record) => (record === undefined ? [] : [record]));
}

/** Makes a clone count. */
export async function writeRecord(places: ProjectPlaces, { name, commit, setUp }: WarmRecord): Promise<void> {
  await replaceFile(join(places.warm, `${name}${ENDING}`), `${commit} ${setUp}\n`, { soleWriter: true });
}

/** From here on it counts no more: whoever ends now leaves a folder that goes. */
export async function dropRecord(places: ProjectPlaces, name: string): Promise<void> {
  await rm(join(places.warm, `${name}${ENDING}`), { force: true });
}

/** Removes a clone in advance with all that is kept of it. */
export async function dropWarm(places: ProjectPlaces, name: string): Promise<void> {
  await dropRecord(places, name);
  await removeTree(warmPath(places, name));
  await rm(warmIndex(places, name), { force: true });
}

/** Removes what is neither ready nor in the making: an earlier process left it. */
export async function sweepWarm(places: ProjectPlaces, making: ReadonlySet<string>): Promise<void> {
  const ready = new Set((await readRecords(places)).map(({ name }) => name));
  const isOurs = (name: string): boolean => ready.has(name) || making.has(warmPath(places, name));
  for (const folder of [places.clones, ...places.earlierClones]) {
    for (const entry of await warmFolders(folder)) {
      const name = entry.slice(entry.indexOf(PREFIX) + PREFIX.length);
      if (folder !== places.clones || !isOurs(name)) await removeTree(join(folder, entry));
    }
  }
  for (const entry of await namesIn(places.warm)) {
    if (!isOurs(entry.replace(/\.[a-z]+$/, ""))) await rm(join(places.warm, entry), { recursive: true, force: true });
  }
}

/** Names of the folders of clones in advance in a folder of clones. */
export async function warmFolders(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => FOLDER.test(name));
}

/** Makes the folders in which clones in advance and their records are. */
export async function makeWarmPlaces(places: ProjectPlaces): Promise<void> {
  for (const folder of [places.clones, places.warm]) await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function readRecord(places: ProjectPlaces, name: string): Promise<WarmRecord | undefined> {
  const read = await readRegularFile(places.warm, `${name}${ENDING}`, MOST_BYTES);
  if (!read.ok) return undefined;
  const [, text = "", setUp = ""] = /^(\S{1,100}) (\S{1,100})\n$/.exec(read.value.toString("utf8")) ?? [];
  const commit = parseCommitSha(text);
  return commit.ok ? { name, commit: commit.value, setUp } : undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // A folder that is not there has nothing in it.
    return [];
  }
}
