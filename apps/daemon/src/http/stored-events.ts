import type { Clock, Store, StoredEvent } from "@orch/core";

const BATCH = 200;

/** Where a stream of stored events begins, and what it needs. */
export interface StoredEventsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly after: number;
  readonly signal: AbortSignal;
  /** How often to look although nothing woke us: wake-ups are hints. */
  readonly lookEveryMs: number;
}

/** All stored events after a number, then new ones as they come, until the signal aborts. */
export async function* storedEvents(options: StoredEventsOptions): AsyncGenerator<StoredEvent> {
  const { store, clock, signal, lookEveryMs } = options;
  let last = options.after;
  let wake = new AbortController();
  const unsubscribe = store.onWake((what) => {
    if (what === "events") wake.abort();
  });
  try {
    while (!signal.aborted) {
      wake = new AbortController();
      const batch = await store.events({ after: last, limit: BATCH });
      for (const event of batch) {
        yield event;
        last = event.seq;
      }
      if (batch.length === 0) await clock.sleep(lookEveryMs, AbortSignal.any([wake.signal, signal]));
    }
  } finally {
    unsubscribe();
  }
}

/** The number of the newest event, 0 when there is none; found by halving, because the store only answers "after". */
export async function lastEvent(store: Store): Promise<number> {
  let known = 0;
  let step = 1024;
  const isBehind = async (seq: number): Promise<boolean> => (await store.events({ after: seq, limit: 1 })).length > 0;
  while (await isBehind(known + step)) {
    known += step;
    step *= 2;
  }
  if (!(await isBehind(known))) return known;
  let past = known + step;
  // Something comes after `known`, and nothing after `past`.
  while (past - known > 1) {
    const middle = Math.floor((known + past) / 2);
    if (await isBehind(middle)) known = middle;
    else past = middle;
  }
  return past;
}
