import { asOrchError, type Clock } from "@orch/core";

import { errorBody } from "./answers.ts";
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

const BUFFER_BYTES = 64 * 1024;
const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const END = encoder.encode("event: end\ndata: {}\n\n");

/**
 * A source as `text/event-stream`. Nothing is read ahead: the source is asked only while the client takes what it gets,
 * so a slow client costs one buffer of 64 KiB and one message, however much happens.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
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
  function beat(controller: ReadableStreamDefaultController<Uint8Array>): void {
    heartbeat = options.clock.after(options.heartbeatMs, () => {
      if (closed) return;
      if (quiet && (controller.desiredSize ?? 0) > 0) controller.enqueue(HEARTBEAT);
      quiet = true;
      beat(controller);
    });
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const next = await iterator.next();
      if (closed) return;
      quiet = false;
      if (next.done !== true) controller.enqueue(next.value.bytes);
      else finish(controller, options.signal.aborted ? undefined : END);
    } catch (thrown) {
      if (!closed) finish(controller, encoder.encode(errorText(errorBody(asOrchError(thrown)))));
    }
  }

  function finish(controller: ReadableStreamDefaultController<Uint8Array>, last?: Uint8Array): void {
    if (last !== undefined) controller.enqueue(last);
    controller.close();
    close();
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // The head goes out at once, so that a client of a quiet stream knows that it is connected.
        controller.enqueue(HEARTBEAT);
        beat(controller);
      },
      pull,
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
  );
}
