import type { IncomingMessage } from "node:http";

import { orchError, systemClock, type Clock, type Json, type SessionEvent, type StoredEvent } from "@orch/core";

import { routes, type Health } from "./contract.ts";
import { parseAnswer, parseObject } from "./parse-answer.ts";
import { parseEventStream } from "./parse-event-stream.ts";
import { isDaemonGone, readText, send, transportError, type Target } from "./transport.ts";
import type { CommandResults } from "./views.ts";

/** How to reach the daemon. */
export interface ConnectOptions {
  readonly socketPath: string;
  /** Who asks, such as `cli:ana`. */
  readonly actor?: string;
  readonly clock?: Clock;
  /** Gives every call up when it aborts: as its reason where that is an error of orch, else as `interrupted`. Streams have signals of their own. */
  readonly signal?: AbortSignal;
}

/** Where a stream begins, and when it ends. */
export interface FollowOptions {
  /** Everything with a greater number follows. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** How long to look for a daemon that went away in between; 0 (the default): not at all. */
  readonly patienceMs?: number;
}

/** The daemon, as its callers see it. Every method throws `daemon_absent` or `daemon_version`, and what its call can end in. */
export interface Client {
  health(): Promise<Health>;
  /** Runs a verb. `args` are its parameters by JSON name, checked by the daemon. */
  call<Name extends keyof CommandResults>(
    name: Name,
    args: Readonly<Record<string, Json | undefined>>,
  ): Promise<CommandResults[Name]>;
  /** What happens to tasks, without gap or repeat over reconnections, until the signal aborts. */
  events(options: FollowOptions): AsyncIterable<StoredEvent>;
  /** What happens in a session, in the same way, until it ends. Throws `session_unknown`. */
  sessionEvents(session: string, options: FollowOptions): AsyncIterable<SessionEvent>;
}

const RETRY_MS = 200;

/** A client of the daemon on a socket; nothing is sent before the first call. */
export function connect(options: ConnectOptions): Client {
  const target = { socketPath: options.socketPath, actor: options.actor ?? "api" };
  const clock = options.clock ?? systemClock;
  const giveUp = options.signal === undefined ? {} : { signal: options.signal };
  return {
    async health() {
      const response = await send(target, { method: "GET", path: routes.health, ...giveUp });
      return (await readData(response)) as Health;
    },
    async call(name, args) {
      const outgoing = { method: "POST", path: routes.command(name), body: JSON.stringify(args), ...giveUp } as const;
      // The daemon answers by the schemas of this very package; the contract number says that they are the same.
      return (await readData(await send(target, outgoing))) as CommandResults[typeof name];
    },
    events: (from) => follow<StoredEvent>({ target, clock, path: routes.events }, from),
    sessionEvents: (session, from) =>
      follow<SessionEvent>({ target, clock, path: (after) => routes.sessionEvents(session, after) }, from),
  };
}

async function readData(response: IncomingMessage): Promise<unknown> {
  const answer = parseAnswer(await readText(response));
  if (answer.ok) return answer.data;
  throw answer.error;
}

interface Source {
  readonly target: Target;
  readonly clock: Clock;
  readonly path: (after: number) => string;
}

/** How far a stream has come over all its connections. */
interface Progress {
  last: number;
  ended: boolean;
}

async function* follow<Event extends { readonly seq: number }>(
  source: Source,
  { after, signal, patienceMs = 0 }: FollowOptions,
): AsyncGenerator<Event> {
  const progress: Progress = { last: after, ended: false };
  let lostAt: number | undefined;
  while (!signal.aborted && !progress.ended) {
    try {
      for await (const item of readOnce<Event>(source, { progress, signal })) {
        lostAt = undefined;
        yield item;
      }
    } catch (error) {
      if (signal.aborted) return;
      lostAt ??= source.clock.monotonic();
      if (!isDaemonGone(error) || source.clock.monotonic() - lostAt >= patienceMs) throw error;
    }
    if (!progress.ended) await source.clock.sleep(RETRY_MS, signal);
  }
}

/** One connection's worth of events. */
async function* readOnce<Event extends { readonly seq: number }>(
  source: Source,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): AsyncGenerator<Event> {
  const headers = { accept: "text/event-stream", "last-event-id": String(progress.last) };
  const response = await send(source.target, { method: "GET", path: source.path(progress.last), headers, signal });
  if (response.statusCode !== 200) await readData(response);
  response.setEncoding("utf8");
  try {
    for await (const message of parseEventStream(response)) {
      if (message.event === "error") throw failureOf(message.data);
      progress.ended = message.event === "end";
      if (progress.ended) return;
      // As for answers: the contract number vouches for the shape.
      const item = parseObject(message.data) as Event;
      progress.last = item.seq;
      yield item;
    }
  } catch (error) {
    throw transportError(error, signal);
  } finally {
    response.destroy();
  }
}

function failureOf(text: string): Error {
  const answer = parseAnswer(text);
  return answer.ok ? orchError("internal", "the daemon ended the stream without a reason") : answer.error;
}
