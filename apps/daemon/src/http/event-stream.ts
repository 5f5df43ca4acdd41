import type { ServerResponse } from "node:http";

import { asOrchError, type Clock } from "@orch/core";

import { errorBody, streamHeaders } from "./answers.ts";
import { errorText, type Frame } from "./frame.ts";

/** A stream of frames, and what it needs. */
export interface EventStreamOptions {
  /** Gives frames in order; ends when nothing more can come. */
  readonly source: AsyncIterable<Frame>;
  readonly clock: Clock;
  /** How long a quiet stream waits before it shows that it lives, in milliseconds. */
  readonly heartbeatMs: number;
  /** Aborted when the daemon ends the stream: then the client is not told that nothing more will come. */
  readonly signal: AbortSignal;
  /** Called once when the client is gone or the stream is over. */
  readonly onClose: () => void;
}

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const END = encoder.encode("event: end\ndata: {}\n\n");

/**
 * Answers with a source as `text/event-stream`. Nothing is read ahead: the source is asked only while the client takes
 * what it gets, so a slow client costs the buffer of its connection (64 KiB) and one message, however much happens.
 *
 * It writes to Node's own response: a web stream for each of a thousand clients doubled what they cost in memory.
 */
export function sendEvents(response: ServerResponse, options: EventStreamOptions): void {
  const iterator = options.source[Symbol.asyncIterator]();
  let heartbeat: { cancel(): void } | undefined;
  let quiet = true;
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    heartbeat?.cancel();
    options.onClose();
    // A source that waits to be asked again would never learn that nobody will.
    void iterator.return?.();
  }

  /** One timer for the life of the stream, not one for each message. */
  function beat(): void {
    heartbeat = options.clock.after(options.heartbeatMs, () => {
      if (closed) return;
      if (quiet && !response.writableNeedDrain) response.write(HEARTBEAT);
      quiet = true;
      beat();
    });
  }

  function finish(last?: Uint8Array): void {
    if (closed) return;
    response.end(last);
    close();
  }

  async function pump(): Promise<void> {
    try {
      for (;;) {
        const next = await iterator.next();
        if (closed) return;
        if (next.done === true) return finish(options.signal.aborted ? undefined : END);
        quiet = false;
        if (!response.write(next.value.bytes)) await drained(response);
      }
    } catch (thrown) {
      finish(encoder.encode(errorText(errorBody(asOrchError(thrown)))));
    }
  }

  response.once("close", close);
  response.writeHead(200, streamHeaders);
  // The head goes out at once, so that a client of a quiet stream knows that it is connected.
  response.write(HEARTBEAT);
  beat();
  void pump();
}

/** When the client has taken what was written, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
