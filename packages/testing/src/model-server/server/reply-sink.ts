import type { ServerResponse } from "node:http";

import type { StopReason } from "../scenario.ts";
import type { ReplyBlock, ReplyHead, Wire, WireError } from "../wire/wire.ts";

/**
 * Where a reply goes while its turn is carried out. Ends with exactly one of
 * `fail`, `hangUp` and `end`. A `torn` block is the one in whose middle the
 * reply breaks off; agents keep whole blocks even of a broken reply.
 */
export interface ReplySink {
  block(block: ReplyBlock): void;
  /** Refuses: as an HTTP status while nothing is sent, unless `inStream`. */
  fail(error: WireError, options: { inStream: boolean; torn: ReplyBlock | undefined }): void;
  hangUp(options: { when: "before" | "mid"; torn: ReplyBlock | undefined }): void;
  /** `stop`: why the reply ends early. */
  end(stop?: StopReason): void;
}

/** What both kinds of sink write to and with. */
export interface SinkOptions {
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly head: ReplyHead;
  /** Sent with every answer of the scenario. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A sink that sends every block at once, as server-sent events. */
export function streamSink({ response, wire, head, headers }: SinkOptions): ReplySink {
  const renderer = wire.stream(head);
  const open = (): void => {
    if (!response.headersSent) {
      response.writeHead(200, {
        ...headers,
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
      });
      response.write(renderer.open());
    }
  };
  const tear = (torn: ReplyBlock | undefined): void => {
    if (torn !== undefined) {
      response.write(firstHalf(renderer.block(torn)));
    }
  };
  return {
    block(block) {
      open();
      response.write(renderer.block(block));
    },
    fail(error, { inStream, torn }) {
      if (!inStream && torn === undefined && !response.headersSent) {
        sendError(response, { error, headers });
        return;
      }
      open();
      tear(torn);
      response.end(renderer.fail(error));
    },
    hangUp({ when, torn }) {
      if (when === "mid") {
        open();
        tear(torn);
      }
      cut(response);
    },
    end(stop) {
      open();
      response.end(renderer.close(stop));
    },
  };
}

/** A sink that sends the reply as one JSON document. */
export function plainSink({ response, wire, head, headers }: SinkOptions): ReplySink {
  const blocks: ReplyBlock[] = [];
  const reply = (stop?: StopReason): string => JSON.stringify(wire.plain({ ...head, blocks, stop }));
  return {
    block(block) {
      blocks.push(block);
    },
    fail(error) {
      sendError(response, { error, headers });
    },
    hangUp({ when, torn }) {
      if (when === "mid") {
        blocks.push(...(torn === undefined ? [] : [torn]));
        const whole = reply();
        response.writeHead(200, {
          ...headers,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(whole),
        });
        response.write(whole.slice(0, Math.ceil(whole.length / 2)));
      }
      cut(response);
    },
    end(stop) {
      response.writeHead(200, { ...headers, "content-type": "application/json" }).end(reply(stop));
    },
  };
}

function sendError(
  response: ServerResponse,
  { error, headers }: { error: WireError; headers: Readonly<Record<string, string>> },
): void {
  sendJson(response, { ...error, headers: { ...headers, ...error.headers } });
}

/** The first half of some events: enough for a delta, never the end of the block. */
function firstHalf(events: string): string {
  const parts = events.split(/(?<=\n\n)/);
  return parts.slice(0, Math.ceil(parts.length / 2)).join("");
}

/** Sends a JSON answer. */
export function sendJson(
  response: ServerResponse,
  answer: { status: number; headers?: Readonly<Record<string, string>>; body: unknown },
): void {
  response.writeHead(answer.status, { ...answer.headers, "content-type": "application/json" });
  response.end(JSON.stringify(answer.body));
}

/** Drops the connection after what was written has left. */
function cut(response: ServerResponse): void {
  if (response.headersSent) {
    response.write("", () => response.destroy());
  } else {
    response.destroy();
  }
}
