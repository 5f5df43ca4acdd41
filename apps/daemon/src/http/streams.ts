import type { ServerResponse } from "node:http";

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { orchError, type Clock } from "@orch/core";

import { sendEvents } from "./event-stream.ts";
import type { ReadFrom } from "./fan-out.ts";
import { createFanOuts } from "./fan-outs.ts";
import type { Numbered } from "./frame.ts";

/** How long a stream may be quiet before it shows that it lives, in milliseconds. */
export const HEARTBEAT_MS = 15_000;
const MOST_STREAMS = 2_000;

/** Something to follow. */
export interface Followed {
  /** Those who follow the same name share its reading. */
  readonly name: string;
  /** The number after which to begin. */
  readonly after: number;
  readonly read: (from: ReadFrom) => AsyncIterable<Numbered>;
}

/** All streams of events that clients have open. */
export interface Streams {
  /**
   * Answers with a stream; what it gives back is for Hono.
   * @throws `conflict` when too many are open.
   */
  open(response: ServerResponse, followed: Followed): Response;
  /** Ends all of them; a client that follows comes back for the rest. */
  close(): void;
  /** How many are open. */
  readonly size: number;
}

/** Starts with none. */
export function createStreams(clock: Clock): Streams {
  const open = new Set<AbortController>();
  const fanOuts = createFanOuts();
  return {
    open(response, { name, after, read }) {
      if (open.size >= MOST_STREAMS) throw orchError("conflict", "too many streams are open", { hint: "Close some." });
      const ending = new AbortController();
      open.add(ending);
      sendEvents(response, {
        source: fanOuts.follow(name, { after, signal: ending.signal }, read),
        clock,
        heartbeatMs: HEARTBEAT_MS,
        signal: ending.signal,
        onClose() {
          open.delete(ending);
          ending.abort();
        },
      });
      return RESPONSE_ALREADY_SENT;
    },
    close: () => open.forEach((ending) => ending.abort()),
    get size() {
      return open.size;
    },
  };
}
