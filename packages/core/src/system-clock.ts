import { randomBytes } from "node:crypto";

import type { Clock, Random } from "./clock.ts";

const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own time. The only module of orch that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const handle = setTimeout(task, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(handle) };
  },
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const timer = systemClock.after(ms, finish);
      function finish(): void {
        timer.cancel();
        signal?.removeEventListener("abort", finish);
        resolve();
      }
      signal?.addEventListener("abort", finish, { once: true });
    });
  },
};

/** The machine's own chance. */
export const systemRandom: Random = {
  next: () => Math.random(),
  token: (bytes) => randomBytes(bytes).toString("hex"),
};
