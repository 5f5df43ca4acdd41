import type { WireName } from "../wire/wire.ts";
import { ModelServerError } from "./model-server-error.ts";

/** How a request ended. */
export type Outcome = "pending" | "replied" | "refused" | "hung-up" | "client-gone";

/** One request that reached a scenario. */
export interface LoggedRequest {
  /** Counts from 0 over all scenarios. */
  readonly index: number;
  readonly scenario: string;
  /** Index of the conversation that was chosen; undefined for the scenario's own turns. */
  readonly conversation: number | undefined;
  /** Index of the turn in its script; -1 for side requests. */
  readonly turn: number;
  readonly side: "title" | undefined;
  readonly wire: WireName;
  readonly model: string;
  /** The API key, whichever header brought it. */
  readonly key: string | undefined;
  /** Names of the tools offered. */
  readonly tools: readonly string[];
  /** All system, developer and user text. */
  readonly prompt: string;
  /** The last message of the user. */
  readonly userText: string;
  /** All text, with model output and tool results. */
  readonly text: string;
  readonly workingDirectory: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly outcome: Outcome;
}

/** Accepts a request of interest. */
export type RequestPredicate = (request: LoggedRequest) => boolean;

/** The requests so far, and those to come. */
export interface RequestLog {
  add(request: Omit<LoggedRequest, "index" | "outcome">): { settle(outcome: Outcome): void };
  /** Copies of the entries, oldest first. */
  entries(): readonly LoggedRequest[];
  /** The first entry, past or future, that the predicate accepts. */
  find(predicate: RequestPredicate): Promise<LoggedRequest>;
}

interface Waiter {
  readonly predicate: RequestPredicate;
  readonly found: (request: LoggedRequest) => void;
}

/** Makes an empty log. `find` gives up after `waitTimeoutMs`. */
export function createRequestLog(options: { waitTimeoutMs: number }): RequestLog {
  const log: LoggedRequest[] = [];
  const waiters = new Set<Waiter>();
  return {
    add(request) {
      const index = log.length;
      const entry: LoggedRequest = { ...request, index, outcome: "pending" };
      log.push(entry);
      for (const waiter of waiters) {
        if (waiter.predicate(entry)) {
          waiter.found(entry);
        }
      }
      return {
        settle(outcome) {
          log[index] = { ...entry, outcome };
        },
      };
    },
    entries: () => [...log],
    async find(predicate) {
      const known = log.find(predicate);
      return known ?? (await nextMatch({ waiters, predicate, timeoutMs: options.waitTimeoutMs, log }));
    },
  };
}

async function nextMatch(options: {
  waiters: Set<Waiter>;
  predicate: RequestPredicate;
  timeoutMs: number;
  log: readonly LoggedRequest[];
}): Promise<LoggedRequest> {
  const { waiters, predicate, timeoutMs, log } = options;
  const { promise, resolve, reject } = Promise.withResolvers<LoggedRequest>();
  const waiter: Waiter = { predicate, found: resolve };
  const timer = setTimeout(() => {
    const seen = log.map((request) => `${request.scenario}#${request.turn}`).join(", ");
    reject(new ModelServerError(`No such request within ${timeoutMs} ms; seen: ${seen || "none"}`));
  }, timeoutMs);
  waiters.add(waiter);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    waiters.delete(waiter);
  }
}
