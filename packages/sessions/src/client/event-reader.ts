import { open, type FileHandle } from "node:fs/promises";

import type { SessionEvent, SessionExit } from "@orch/core";

import { findSegment, segmentFrom, type EventSegment } from "../files/event-segments.ts";
import { parseEventLine, parseExit } from "../files/parse-records.ts";
import { sessionFiles } from "../files/session-files.ts";
import { isOneOf } from "../files/system-error.ts";
import { createLineSplitter } from "../supervisor/line-splitter.ts";

const CHUNK_BYTES = 256 * 1024;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Reads a session's events from where it was left, across their segments. */
export interface EventReader {
  /** True when the final event has been read. */
  readonly ended: boolean;
  /** Yields the events that are on disk by now and were not read before. */
  drain(): AsyncGenerator<SessionEvent, void, undefined>;
  close(): Promise<void>;
}

/** Opens a reader of the events after number `after` in a session's folder. */
export function openEventReader(folder: string, after: number): EventReader {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let ready: string[] = [];
  // A line without its end is still being written; it stays in the splitter.
  const lines = createLineSplitter(MAX_LINE_BYTES, (line) => ready.push(line));
  let segment: EventSegment | undefined;
  let file: FileHandle | undefined;
  // Each line is one event, readable or not: so the lines tell which event comes next.
  let next = 1;
  let last = after;
  let ended = false;

  function* unread(): Generator<SessionEvent, void, undefined> {
    const batch = ready;
    ready = [];
    next += batch.length;
    for (const line of batch) {
      const event = parseEventLine(line);
      if (event === undefined) continue;
      ended ||= event.kind === "exit";
      if (event.seq <= last) continue;
      last = event.seq;
      yield event;
    }
  }

  /** Opens the first segment that is asked for, or the one that follows; false when there is none yet. */
  async function goOn(): Promise<boolean> {
    const to =
      segment === undefined ? await findSegment(folder, after + 1) : segmentFrom(sessionFiles(folder).events, next);
    if (to.first === segment?.first) return false;
    // It is made only when the one before it is complete: nothing can come after what was read of that.
    const opened = await openIfThere(to.path);
    if (opened === undefined) return false;
    await file?.close();
    file = opened;
    segment = to;
    next = to.first;
    return true;
  }

  async function* drain(): AsyncGenerator<SessionEvent, void, undefined> {
    if (file === undefined && !(await goOn())) return;
    while (file !== undefined) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead > 0) {
        lines.push(buffer.subarray(0, bytesRead));
        yield* unread();
      } else if (ended || !(await goOn())) {
        return;
      }
    }
  }

  return {
    get ended() {
      return ended;
    },
    drain,
    async close() {
      await file?.close();
    },
  };
}

/** The events after number `after` of a session that has ended (or as many as there are now), from its folder alone. */
export async function* readSessionEvents(folder: string, after: number): AsyncGenerator<SessionEvent, void, undefined> {
  const reader = openEventReader(folder, after);
  try {
    yield* reader.drain();
  } finally {
    await reader.close();
  }
}

/** The exit record as the final event tells it; undefined when the supervisor did not come to write that. */
export async function readLastWord(folder: string): Promise<SessionExit | undefined> {
  const { first } = await findSegment(folder, Number.MAX_SAFE_INTEGER);
  for await (const event of readSessionEvents(folder, first - 1)) {
    if (event.kind !== "exit") continue;
    const exit = parseExit(JSON.stringify(event.exit));
    if (exit.ok) return exit.value;
  }
  return undefined;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isOneOf(error, ["ENOENT"])) return undefined;
    throw error;
  }
}
