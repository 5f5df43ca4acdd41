import { appendFileSync, closeSync, fsyncSync, openSync } from "node:fs";

import type { Clock, SessionEvent } from "@orch/core";

import { SEGMENT_BYTES, segmentFrom } from "../files/event-segments.ts";

const MAX_EVENT_BYTES = 8 * 1024 * 1024;

/** An event before it has its number. */
export type NewEvent = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, "seq" | "at">
    : never
  : never;

/** The numbered events of a session, on disk. */
export interface EventLog {
  /** The number of the last event that was appended. */
  readonly lastSeq: number;
  append(event: NewEvent): void;
  /** Writes what has been appended since the last batch, at once. */
  flush(): void;
  /** Flushes, and waits for the disk. */
  close(): void;
}

/** What an event log tells. */
export interface EventLogHooks {
  onEvent(event: SessionEvent): void;
  /** All events up to this number can be read from the file. */
  onFlushed(seq: number): void;
  /** The disk refused; nothing more will be written. */
  onBroken(error: unknown): void;
}

/** Where the events go. */
export interface EventLogPlace {
  /** The first segment: `events.jsonl`. */
  readonly path: string;
  /** The size from which on a segment takes no more, in bytes; `SEGMENT_BYTES` unless said. */
  readonly segmentBytes?: number;
}

/**
 * Opens the events of a session. Those of one turn of the event loop are written together, into one segment. The next
 * segment is named after its first event, so a reader that has come to the end of one knows where to go on.
 */
export function openEventLog(place: EventLogPlace, clock: Clock, hooks: EventLogHooks): EventLog {
  const { path, segmentBytes = SEGMENT_BYTES } = place;
  let file = openSync(path, "a", 0o600);
  let size = 0;
  let written = 0;
  let seq = 0;
  let batch: string[] = [];
  let broken = false;

  function turnOver(): void {
    const next = openSync(segmentFrom(path, written + 1).path, "ax", 0o600);
    fsyncSync(file);
    closeSync(file);
    file = next;
    size = 0;
  }

  function flush(): void {
    if (batch.length === 0 || broken) return;
    const text = batch.join("");
    batch = [];
    try {
      if (size >= segmentBytes) turnOver();
      appendFileSync(file, text);
      size += Buffer.byteLength(text);
      written = seq;
      hooks.onFlushed(seq);
    } catch (error) {
      broken = true;
      hooks.onBroken(error);
    }
  }

  return {
    get lastSeq() {
      return seq;
    },
    append(event) {
      const numbered = { seq: seq + 1, at: clock.now(), ...event } as SessionEvent;
      let line = JSON.stringify(numbered);
      if (Buffer.byteLength(line) > MAX_EVENT_BYTES) {
        const text = `an event of ${line.length} characters was dropped`;
        line = JSON.stringify({ seq: seq + 1, at: numbered.at, kind: "notice", text } satisfies SessionEvent);
      }
      seq += 1;
      if (batch.length === 0) queueMicrotask(flush);
      batch.push(`${line}\n`);
      hooks.onEvent(numbered);
    },
    flush,
    close() {
      flush();
      if (!broken) fsyncSync(file);
      closeSync(file);
    },
  };
}
