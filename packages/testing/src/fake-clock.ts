import type { Clock, Timer } from "@orch/core";

interface Waiting {
  readonly due: number;
  readonly order: number;
  readonly task: () => void;
}

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves time by `ms`, firing every timer that falls due, in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves to the next timer, when there is one; false: none is set. */
  advanceToNext(): Promise<boolean>;
  /** How many timers are set. */
  readonly pending: number;
}

/** Makes a fake clock. Starts at 2026-01-01 unless told otherwise. */
export function createFakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start;
  let order = 0;
  const waiting = new Set<Waiting>();

  function after(ms: number, task: () => void): Timer {
    order += 1;
    const entry = { due: time + Math.max(ms, 0), order, task };
    waiting.add(entry);
    return { cancel: () => void waiting.delete(entry) };
  }

  function nextUpTo(limit: number): Waiting | undefined {
    let best: Waiting | undefined;
    for (const entry of waiting) {
      if (entry.due > limit) continue;
      if (best === undefined || entry.due < best.due || (entry.due === best.due && entry.order < best.order))
        best = entry;
    }
    return best;
  }

  async function advanceTo(target: number): Promise<void> {
    for (let entry = nextUpTo(target); entry !== undefined; entry = nextUpTo(target)) {
      waiting.delete(entry);
      time = Math.max(time, entry.due);
      entry.task();
      await settle();
    }
    time = target;
  }

  return {
    now: () => time,
    monotonic: () => time - start,
    after,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const timer = after(ms, finish);
        function finish(): void {
          timer.cancel();
          signal?.removeEventListener("abort", finish);
          resolve();
        }
        signal?.addEventListener("abort", finish, { once: true });
      });
    },
    advance: (ms) => advanceTo(time + ms),
    async advanceToNext() {
      const entry = nextUpTo(Number.POSITIVE_INFINITY);
      if (entry === undefined) return false;
      await advanceTo(Math.max(entry.due, time));
      return true;
    },
    get pending() {
      return waiting.size;
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
