import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { sessionFiles } from "./session-files.ts";
import { isOneOf } from "./system-error.ts";

/** From this size on, a segment takes no more events, in bytes. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;

const LATER = /^events-(\d+)\.jsonl$/u;

/** One file of a session's events. */
export interface EventSegment {
  /** The number of its first event. */
  readonly first: number;
  readonly path: string;
}

/** The segment that begins with event number `first`, beside the first segment at `events`. */
export function segmentFrom(events: string, first: number): EventSegment {
  return { first, path: first === 1 ? events : join(dirname(events), `events-${first}.jsonl`) };
}

/** The segment of a session's folder in which event number `seq` is, or will be. */
export async function findSegment(folder: string, seq: number): Promise<EventSegment> {
  let first = 1;
  for (const name of await namesIn(folder)) {
    const begins = Number(LATER.exec(name)?.[1] ?? 1);
    if (begins <= seq) first = Math.max(first, begins);
  }
  return segmentFrom(sessionFiles(folder).events, first);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isOneOf(error, ["ENOENT"])) return [];
    throw error;
  }
}
