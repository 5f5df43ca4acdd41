import { appendFileSync, closeSync, fsyncSync, openSync } from "node:fs";

import type { Clock, SessionEvent } from "@orch/core";

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

/** Opens `events.jsonl` at `path`. Events of one turn of the event loop are written together. */
export function openEventLog(path: string, clock: Clock, hooks: EventLogHooks): EventLog {
  const file = openSync(path, "a", 0o600);
  let seq = 0;
  let batch: string[] = [];
  let broken = false;

  function flush(): void {
    if (batch.length === 0 || broken) return;
    const text = batch.join("");
    batch = [];
    try {
      appendFileSync(file, text);
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
