import type { Json } from "@orch/core";
import { fieldAt, numberAt, parseJsonObject, textAt, type JsonObject } from "@orch/parser/text";

/** What the other side sends on its own. */
export interface Incoming {
  readonly method: string;
  readonly params: unknown;
  /** When it was sent (epoch milliseconds), 0 where it does not say. */
  readonly at: number;
  /** Present on requests, which have to be answered. */
  readonly id?: string | number;
}

/** The answer to a request: its result, or the message of its error with its code, where it has one. */
export type Answer = { readonly result: unknown } | { readonly error: string; readonly code?: number };

/** One end of a JSON-RPC conversation of lines. */
export interface JsonRpc {
  request(method: string, params: Json, answered: (answer: Answer) => void): void;
  notify(method: string, params?: Json): void;
  respond(id: string | number, result: Json): void;
  refuse(id: string | number, message: string): void;
  /** Takes a line: calls who waits for that answer, or returns what the other side wants; undefined for noise. */
  receive(line: string): Incoming | undefined;
}

const METHOD_NOT_FOUND = -32_601;

/** Opens the conversation; `write` sends one line. Codex leaves out the `version` of the protocol, others want it. */
export function createJsonRpc(write: (line: string) => void, version?: "2.0"): JsonRpc {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  const head = version === undefined ? {} : { jsonrpc: version };
  const send = (message: { readonly [key: string]: Json }): void => write(JSON.stringify({ ...head, ...message }));
  return {
    request(method, params, answered) {
      last += 1;
      waiting.set(last, answered);
      send({ method, id: last, params });
    },
    notify: (method, params) => send({ method, ...(params === undefined ? {} : { params }) }),
    respond: (id, result) => send({ id, result }),
    refuse: (id, message) => send({ id, error: { code: METHOD_NOT_FOUND, message } }),
    receive(line) {
      const message = parseJsonObject(line);
      if (message === undefined) return undefined;
      const method = textAt(message, "method");
      if (method !== undefined) return incoming(message, method);
      const id = numberAt(message, "id");
      const answered = id === undefined ? undefined : waiting.get(id);
      if (id === undefined || answered === undefined) return undefined;
      waiting.delete(id);
      answered(answerOf(message));
      return undefined;
    },
  };
}

function incoming(message: JsonObject, method: string): Incoming {
  const id = fieldAt(message, "id");
  return {
    method,
    params: fieldAt(message, "params"),
    at: numberAt(message, "emittedAtMs") ?? 0,
    ...(typeof id === "string" || typeof id === "number" ? { id } : {}),
  };
}

function answerOf(message: JsonObject): Answer {
  if (!Object.hasOwn(message, "error")) return { result: message["result"] };
  const code = numberAt(message, "error", "code");
  const error = textAt(message, "error", "message") ?? "the request was refused";
  return { error, ...(code === undefined ? {} : { code }) };
}
