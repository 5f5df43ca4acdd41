import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

import type { AnswerReceipt, PermissionAnswer, PermissionRequest, SteerReceipt } from "@orch/core";
import type { RedactionKnowledge } from "@orch/security";

import { parseWireLine } from "../files/parse-records.ts";
import { parseKnowledge } from "../files/secrets-file.ts";
import type { Holder } from "./hold.ts";
import { createLineSplitter } from "./line-splitter.ts";

/** A message of 256 KiB, each byte written as six. */
const MAX_LINE_BYTES = 2 * 1024 * 1024;
const MAX_CLIENTS = 128;
const MAX_BACKLOG_BYTES = 64 * 1024;

/** What the supervisor can be asked over its socket. */
export interface SocketRequests {
  send(message: { readonly id: string; readonly from: string; readonly text: string }): Promise<SteerReceipt>;
  asks(): readonly PermissionRequest[];
  answer(answer: PermissionAnswer): AnswerReceipt;
  hold(holder: Holder, ms: number): { readonly waiting: number; readonly holders: readonly string[] };
  /** Hides this from now on, whatever it knew before. */
  hide(knowledge: RedactionKnowledge): void;
  stop(mode: string, why: string, cause: "stopped" | "budget"): void;
}

/** The supervisor's end of the private socket. */
export interface SocketServer {
  /** Tells every follower that events up to `seq` can be read. */
  announce(seq: number): void;
  close(): void;
}

/**
 * Serves lines of JSON on a unix socket. A follower is not sent events: it is told the last number, and reads the
 * file. So a slow one costs nothing, is never cut off, and can miss nothing.
 */
export async function serveSocket(path: string, requests: SocketRequests): Promise<SocketServer> {
  const followers = new Set<Socket>();
  const clients = new Set<Socket>();
  const last = { seq: 0 };

  const server = createServer((socket) => {
    if (clients.size >= MAX_CLIENTS) return void socket.destroy();
    clients.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clients.delete(socket);
      followers.delete(socket);
    });
    // A follower that had too much unread gets the newest number once it reads again.
    socket.on("drain", () => followers.has(socket) && tell(socket, { t: "seq", seq: last.seq }));
    const lines = createLineSplitter(MAX_LINE_BYTES, (line) => answer(socket, line));
    socket.on("data", (chunk) => lines.push(chunk));
  });

  function answer(socket: Socket, line: string): void {
    const fields = parseWireLine(line) ?? {};
    const { t, id, from, text, mode, why } = fields;
    const reply = t === "hide" ? hide(requests, fields) : replyTo(requests, fields);
    if (reply !== undefined) {
      tell(socket, reply);
    } else if (t === "follow") {
      followers.add(socket);
      tell(socket, { t: "seq", seq: last.seq });
    } else if (t === "ping") {
      tell(socket, { t: "pong" });
    } else if (t === "stop" && typeof mode === "string") {
      tell(socket, { t: "stopping" });
      requests.stop(mode, typeof why === "string" ? why : "", fields["cause"] === "budget" ? "budget" : "stopped");
    } else if (t === "send" && typeof id === "string" && typeof from === "string" && typeof text === "string") {
      void requests.send({ id, from, text }).then((receipt) => tell(socket, { t: "receipt", ...receipt }));
    } else {
      socket.destroy();
    }
  }

  rmSync(path, { force: true });
  await listen(server, path);
  chmodSync(path, 0o600);
  return {
    announce(seq) {
      last.seq = seq;
      for (const socket of followers) {
        if (socket.writableLength < MAX_BACKLOG_BYTES) tell(socket, { t: "seq", seq });
      }
    },
    close() {
      server.close();
      for (const socket of clients) socket.destroySoon();
      rmSync(path, { force: true });
    },
  };
}

function hide(requests: SocketRequests, fields: unknown): Readonly<Record<string, unknown>> | undefined {
  const knowledge = parseKnowledge(fields);
  if (!knowledge.ok) return undefined;
  requests.hide(knowledge.value);
  return { t: "hidden" };
}

/** What is answered at once; undefined: it is something else, or nothing that is understood. */
function replyTo(
  requests: SocketRequests,
  { t, request, allow, from, why, by, ms, terminal }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  if (t === "asks") return { t: "asked", requests: requests.asks() };
  if (t === "hold" && typeof by === "string" && typeof ms === "number") {
    // A daemon from before terminals held for themselves names none.
    return { t: "holding", ...requests.hold({ by, ...(typeof terminal === "string" ? { terminal } : {}) }, ms) };
  }
  if (t !== "answer" || typeof request !== "string" || typeof allow !== "boolean") return undefined;
  if (typeof from !== "string" || typeof why !== "string") return undefined;
  return { t: "answered", ...requests.answer({ request, allow, from, why }) };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

function tell(socket: Socket, message: Readonly<Record<string, unknown>>): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}
