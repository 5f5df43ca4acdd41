import { open, type FileHandle } from "node:fs/promises";

import type { SessionEvent } from "@orch/core";

import { parseEventLine } from "../files/parse-records.ts";
import { sessionFiles } from "../files/session-files.ts";
import { isOneOf } from "../files/system-error.ts";
import { createLineSplitter } from "../supervisor/line-splitter.ts";

const CHUNK_BYTES = 256 * 1024;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Reads `events.jsonl` from where it was left. */
export interface EventReader {
  /** True when the final event has been read. */
  readonly ended: boolean;
  /** Yields the events that are in the file by now and were not read before. */
  drain(): AsyncGenerator<SessionEvent, void, undefined>;
  close(): Promise<void>;
}

/** Opens a reader of the events after number `after` in a session's folder. */
export function openEventReader(folder: string, after: number): EventReader {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let ready: string[] = [];
  // A line without its end is still being written; it stays in the splitter.
  const lines = createLineSplitter(MAX_LINE_BYTES, (line) => ready.push(line));
  let file: FileHandle | undefined;
  let last = after;
  let ended = false;

  async function* drain(): AsyncGenerator<SessionEvent, void, undefined> {
    file ??= await openIfThere(sessionFiles(folder).events);
    if (file === undefined) return;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      lines.push(buffer.subarray(0, bytesRead));
      const batch = ready;
      ready = [];
      for (const line of batch) {
        const event = parseEventLine(line);
        if (event === undefined) continue;
        ended ||= event.kind === "exit";
        if (event.seq <= last) continue;
        last = event.seq;
        yield event;
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

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isOneOf(error, ["ENOENT"])) return undefined;
    throw error;
  }
}
