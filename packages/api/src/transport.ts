import type { IncomingMessage } from "node:http";
import { createConnection } from "node:net";

import { isOrchError, orchError, type OrchError } from "@orch/core";

import { ACTOR_HEADER, CONTRACT, CONTRACT_HEADER, LONGEST_REQUEST } from "./contract.ts";

// An import would evaluate every export of node:http, one of which loads a second HTTP client: 30 ms of each start.
const { request } = process.getBuiltinModule("node:http");

/** Where the daemon is, and who asks. */
export interface Target {
  readonly socketPath: string;
  readonly actor: string;
}

/** One request. */
export interface Outgoing {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const LONGEST_ANSWER = 64 * 1024 * 1024;

/**
 * Sends one request and gives the response once its head is there.
 * @throws `usage` when the body is too long, `daemon_absent` when nobody answers, `answer_lost` when whoever took a call is
 * gone, `daemon_version` when who answers speaks another contract, `interrupted` when the signal aborts.
 */
export async function send(target: Target, outgoing: Outgoing): Promise<IncomingMessage> {
  // The daemon would refuse it before it has read all, and a connection that breaks off can't say why.
  if (Buffer.byteLength(outgoing.body ?? "") > LONGEST_REQUEST) {
    throw orchError("usage", "the request is larger than 1 MiB", {
      hint: "Say it in fewer words, or put it in a file.",
    });
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({
      // A connection of its own: an agent would keep it, and first take the host's name apart.
      createConnection: () => createConnection({ path: target.socketPath }),
      method: outgoing.method,
      path: outgoing.path,
      headers: {
        host: "orch",
        [ACTOR_HEADER]: encodeURIComponent(target.actor),
        ...(outgoing.body === undefined ? {} : { "content-type": "application/json" }),
        ...outgoing.headers,
      },
      ...(outgoing.signal === undefined ? {} : { signal: outgoing.signal }),
    });
    let taken = false;
    // Until then nothing of it can have been heard.
    call.on("socket", (socket) => void socket.once("connect", () => (taken = outgoing.method === "POST")));
    call.on("response", resolve);
    call.on("error", (error) => {
      const lost = taken && outgoing.signal?.aborted !== true;
      reject(lost ? answerLost(error) : transportError(error, outgoing.signal));
    });
    call.end(outgoing.body);
  });
  const contract = response.headers[CONTRACT_HEADER];
  if (contract === String(CONTRACT)) return response;
  response.destroy();
  throw orchError("daemon_version", `the daemon speaks contract ${String(contract)}, this command line ${CONTRACT}`, {
    hint: "Stop the daemon and start it again with the same version: orch stop, then orch serve.",
  });
}

/** The whole text of the response to a call. Throws `internal` over 64 MiB, `answer_lost` when it breaks off. */
export async function readText(response: IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  let length = 0;
  response.setEncoding("utf8");
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      length += chunk.length;
      if (length > LONGEST_ANSWER) throw orchError("internal", "the daemon's answer is too long");
      chunks.push(chunk);
    }
  } catch (error) {
    throw isOrchError(error) ? error : answerLost(error);
  }
  return chunks.join("");
}

function answerLost(cause: unknown): OrchError {
  return orchError("answer_lost", "the daemon ended before it answered: what it was asked may have been done", {
    hint: "See orch log, start the daemon again with orch serve, and look before you repeat it.",
    cause,
  });
}

/** True when no daemon answers, or the one that was asked is gone. */
export function isDaemonGone(error: unknown): error is OrchError {
  return isOrchError(error, "daemon_absent") || isOrchError(error, "answer_lost");
}

/** What a broken connection means. */
export function transportError(error: unknown, signal?: AbortSignal): OrchError {
  if (isOrchError(error)) return error;
  if (signal?.aborted === true) {
    const reason: unknown = signal.reason;
    return isOrchError(reason) ? reason : orchError("interrupted", "the call was given up", { cause: error });
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM") {
    const hint = "The daemon belongs to another user: use that account, or set ORCH_HOME to a folder of yours.";
    return orchError("daemon_absent", "the daemon's socket may not be opened", { hint, cause: error });
  }
  return orchError("daemon_absent", "no daemon is running", { hint: "start it with: orch serve", cause: error });
}
