import { asOrchError, type Clock } from "@orch/core";

import { errorBody } from "./answers.ts";

/** One message for a client. */
export interface Message {
  readonly seq: number;
}

/** A stream of messages, and what it needs. */
export interface EventStreamOptions<Item extends Message> {
  /** Gives messages in order; ends when nothing more can come. */
  readonly source: AsyncIterable<Item>;
  readonly clock: Clock;
  /** How long a quiet stream waits before it shows that it lives. */
  readonly heartbeatMs: number;
  /** Aborted when the daemon ends the stream: then the client is not told that nothing more will come. */
  readonly signal: AbortSignal;
  /** Called once when the client is gone or the stream is over. */
  readonly onClose: () => void;
}

const BUFFER_BYTES = 64 * 1024;
const LONGEST_MESSAGE = 1024 * 1024;

/**
 * A source as `text/event-stream`. Nothing is read ahead: the source is asked only while the client takes what it gets,
 * so a slow client costs one buffer of 64 KiB and one message, however much happens. A message over 1 MiB ends the stream.
 */
export function eventStream<Item extends Message>(options: EventStreamOptions<Item>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = options.source[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<Item>> | undefined;
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    options.onClose();
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    pending ??= iterator.next();
    try {
      const next = await orHeartbeat(pending, options);
      if (closed) return;
      if (next !== "heartbeat") pending = undefined;
      const over = next !== "heartbeat" && next.done === true;
      if (over && options.signal.aborted) return finish(controller);
      controller.enqueue(encoder.encode(next === "heartbeat" ? ":\n\n" : messageText(next)));
      if (over) finish(controller);
    } catch (thrown) {
      if (closed) return;
      const error = JSON.stringify({ error: errorBody(asOrchError(thrown)) });
      controller.enqueue(encoder.encode(`event: error\ndata: ${error}\n\n`));
      finish(controller);
    }
  }

  function finish(controller: ReadableStreamDefaultController<Uint8Array>): void {
    controller.close();
    close();
  }

  return new ReadableStream<Uint8Array>(
    {
      // The head goes out at once, so that a client of a quiet stream knows that it is connected.
      start: (controller) => controller.enqueue(encoder.encode(":\n\n")),
      pull,
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
  );
}

async function orHeartbeat<Item extends Message>(
  pending: Promise<IteratorResult<Item>>,
  { clock, heartbeatMs }: EventStreamOptions<Item>,
): Promise<IteratorResult<Item> | "heartbeat"> {
  const settled = new AbortController();
  const heartbeat = clock.sleep(heartbeatMs, settled.signal).then(() => "heartbeat" as const);
  try {
    return await Promise.race([pending, heartbeat]);
  } finally {
    settled.abort();
  }
}

function messageText(next: IteratorResult<Message>): string {
  if (next.done === true) return "event: end\ndata: {}\n\n";
  const data = JSON.stringify(next.value);
  if (data.length > LONGEST_MESSAGE) return `event: error\ndata: ${tooLong(next.value.seq)}\n\n`;
  return `id: ${next.value.seq}\ndata: ${data}\n\n`;
}

function tooLong(seq: number): string {
  return JSON.stringify({ error: { code: "internal", message: `event ${seq} is too long to send` } });
}
