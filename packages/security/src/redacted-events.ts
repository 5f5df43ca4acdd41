import type { SessionEvent } from "@orch/core";

import { redactedLater } from "./redacted.ts";
import type { SecretRedactor } from "./redactor.ts";
import type { StreamRedactor } from "./stream-redactor.ts";

/** Texts of agents from this length on were probably cut by their driver, and go on in the next event. */
const PROBABLY_CUT = 32 * 1024;
const MOST_WAITING = 200;

/** The events of one session from its first, on their way out. */
export interface EventRedactor {
  /** Takes the next event, when the one before is through; gives those that are settled by now. Each event comes out once, in order, with its number. */
  take(event: SessionEvent): Promise<readonly SessionEvent[]>;
  /** Those that still wait, without the text that is held back: for a session that never got to its end. */
  rest(): readonly SessionEvent[];
}

interface Waiting {
  event: SessionEvent;
  /** What has to be settled before it may go; null: nothing. */
  stream: StreamRedactor | null;
}

/**
 * Redacts a session's events as the one text that they are: output comes in pieces that may cut a secret anywhere, so
 * a piece waits for its line's end, and with it all events after it, at most 200.
 */
export function createEventRedactor(redactor: SecretRedactor): EventRedactor {
  const streams = { stdout: redactor.stream(), stderr: redactor.stream(), agent: redactor.stream() };
  const waiting: Waiting[] = [];

  /** Gives a text to its stream; what the last event of the same stream held back comes out here. */
  function flow(stream: StreamRedactor, text: string): Promise<string> {
    for (const one of waiting) if (one.stream === stream) one.stream = null;
    return stream.push(text);
  }

  async function enter(event: SessionEvent): Promise<void> {
    if (event.kind === "output") {
      const stream = streams[event.stream];
      waiting.push({ event: { ...event, text: await flow(stream, event.text) }, stream });
      return;
    }
    if (event.kind === "agent" && event.event.type === "text") {
      const { text } = event.event;
      // Some drivers tell each line by itself: a private key then goes over many events.
      const ended = text.length < PROBABLY_CUT;
      const shown = await flow(streams.agent, ended ? `${text}\n` : text);
      const plain = ended && shown.endsWith("\n") ? shown.slice(0, -1) : shown;
      waiting.push({ event: { ...event, event: { type: "text", text: plain } }, stream: streams.agent });
      return;
    }
    waiting.push({ event: await redactedLater(redactor, event), stream: null });
  }

  /** Nothing more comes in this text: the rest of it belongs to its last event. */
  async function settle(stream: StreamRedactor): Promise<void> {
    const last = waiting.find((one) => one.stream === stream);
    if (last === undefined) return;
    const rest = await stream.end();
    last.stream = null;
    const { event } = last;
    if (event.kind === "output") last.event = { ...event, text: event.text + rest };
    if (event.kind === "agent" && event.event.type === "text")
      last.event = { ...event, event: { type: "text", text: event.event.text + rest } };
  }

  return {
    async take(event) {
      await enter(event);
      if (event.kind === "exit" || waiting.length > MOST_WAITING) {
        for (const stream of Object.values(streams)) await settle(stream);
      }
      const ready = waiting.findIndex(({ stream }) => stream !== null && stream.held() > 0);
      return waiting.splice(0, ready === -1 ? waiting.length : ready).map((one) => one.event);
    },
    rest: () => waiting.splice(0).map(({ event }) => event),
  };
}
