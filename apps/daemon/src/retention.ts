import { asOrchError, type Clock, type Logger, type Sessions, type Store, type Timer } from "@orch/core";

import { pruneAttempts } from "./prune-attempts.ts";

const CURSOR = "retention:last";
const FIRST_LOOK_MS = 5_000;
const LOOK_MS = 60 * 60 * 1000;
const EVERY_MS = 24 * 60 * 60 * 1000;

/** What the retention works with. */
export interface RetentionOptions {
  readonly home: string;
  readonly store: Store;
  readonly sessions: Pick<Sessions, "list">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long records are kept, as configured now, in milliseconds; 0: for ever. */
  keepMs(): number;
  /** How many per cent of the attempts that passed keep theirs so long, as configured now. */
  passedPercent(): number;
}

/**
 * Removes old records of attempts once a day, also for daemons that never live that long: when it happened last is in
 * the store. Disposing ends it, at the latest after one attempt's folder.
 */
export function startRetention(options: RetentionOptions): AsyncDisposable {
  const { store, clock, logger } = options;
  const end = new AbortController();
  let working: Promise<void> = Promise.resolve();
  let timer: Timer = clock.after(FIRST_LOOK_MS, look);

  function look(): void {
    timer = clock.after(LOOK_MS, look);
    working = working.then(prune).catch((error: unknown) => {
      logger.warn({ error: asOrchError(error) }, "old records of attempts could not be removed");
    });
  }

  async function prune(): Promise<void> {
    const [keepMs, passedPercent] = [options.keepMs(), options.passedPercent()];
    const now = clock.now();
    const last = await store.cursor(CURSOR);
    if ((keepMs === 0 && passedPercent >= 100) || (typeof last === "number" && now - last < EVERY_MS)) return;
    const attempts = await pruneAttempts({
      ...options,
      before: keepMs === 0 ? Number.NEGATIVE_INFINITY : now - keepMs,
      passedPercent,
      signal: end.signal,
    });
    if (attempts > 0) logger.info({ attempts }, "removed what the sessions of old attempts had printed");
    if (end.signal.aborted) return;
    await store.commit({ writes: [{ kind: "cursor:put", name: CURSOR, value: now }] });
  }

  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      timer.cancel();
      await working;
    },
  };
}
