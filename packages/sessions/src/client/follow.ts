import type { Clock, SessionEvent, SessionProbe } from "@orch/core";

import type { IndexEntry } from "../files/parse-records.ts";
import { openEventReader } from "./event-reader.ts";
import { openLink, type Link } from "./link.ts";
import { probeSession } from "./probe.ts";

const SOON_MS = 50;
const RETRY_MS = 1_000;
/** How often a connected watcher looks all the same; the net under the socket's end. */
const NET_MS = 60_000;

/** How to follow a session. */
export interface FollowOptions {
  readonly after: number;
  readonly signal: AbortSignal;
}

/**
 * Follows a session's events. The file is the truth and the socket only a bell, so a follower that falls behind or
 * comes back later finds everything, once.
 */
export async function* followSession(
  entry: IndexEntry,
  clock: Clock,
  { after, signal }: FollowOptions,
): AsyncGenerator<SessionEvent, void, undefined> {
  const reader = openEventReader(entry.folder, after);
  const bell = createBell();
  let link: Link | undefined;
  signal.addEventListener("abort", bell.ring, { once: true });
  try {
    for (;;) {
      const rung = bell.next();
      yield* untilAborted(reader.drain(), signal);
      if (reader.ended || signal.aborted) return;
      if (link !== undefined) {
        await within(clock, { ms: NET_MS, signal }, rung);
        continue;
      }
      link = await openLink(entry.socket, bell.ring);
      link?.tell({ t: "follow" });
      void link?.closed.then(() => {
        link = undefined;
        bell.ring();
      });
      if (link !== undefined) continue;
      if (isOver(await probeSession(entry, clock))) break;
      await clock.sleep(RETRY_MS, signal);
    }
    yield* untilAborted(reader.drain(), signal);
  } finally {
    signal.removeEventListener("abort", bell.ring);
    link?.close();
    await reader.close();
  }
}

/** Resolves with the end of a session; undefined when `signal` aborted first. */
export async function waitForEnd(
  entry: IndexEntry,
  clock: Clock,
  signal: AbortSignal,
): Promise<Extract<SessionProbe, { state: "exited" | "lost" | "absent" }> | undefined> {
  let pause = SOON_MS;
  for (;;) {
    const found = await probeSession(entry, clock);
    if (isOver(found)) return found;
    if (signal.aborted) return undefined;
    const link = await openLink(entry.socket, () => undefined);
    if (link === undefined) {
      await clock.sleep(pause, signal);
      pause = RETRY_MS;
      continue;
    }
    await within(clock, { ms: NET_MS, signal }, link.closed);
    link.close();
    // A supervisor that was killed takes a moment to be gone.
    pause = SOON_MS;
  }
}

function isOver(probe: SessionProbe): probe is Extract<SessionProbe, { state: "exited" | "lost" | "absent" }> {
  return probe.state === "exited" || probe.state === "lost" || probe.state === "absent";
}

async function* untilAborted(
  events: AsyncGenerator<SessionEvent, void, undefined>,
  signal: AbortSignal,
): AsyncGenerator<SessionEvent, void, undefined> {
  for await (const event of events) {
    if (signal.aborted) return;
    yield event;
  }
}

/** A bell that remembers whether it rang since it was last listened to. */
function createBell(): { readonly ring: () => void; readonly next: () => Promise<void> } {
  let waiting = Promise.withResolvers<void>();
  return {
    ring: () => waiting.resolve(),
    next() {
      waiting = Promise.withResolvers<void>();
      return waiting.promise;
    },
  };
}

/** Resolves when `happened` does, after `ms`, or when `signal` aborts, and leaves no timer behind. */
export async function within(
  clock: Clock,
  bound: { readonly ms: number; readonly signal: AbortSignal },
  happened: Promise<void>,
): Promise<void> {
  const done = new AbortController();
  await Promise.race([happened, clock.sleep(bound.ms, AbortSignal.any([bound.signal, done.signal]))]);
  done.abort();
}
