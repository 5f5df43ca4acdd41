import { asOrchError, type Clock, type Logger, type Store, type Timer } from "@orch/core";

const FIRST_LOOK_MS = 5_000;
const LOOK_MS = 60 * 60 * 1000;
const EVERY_MS = 24 * 60 * 60 * 1000;

/** Something that is done once a day. */
export interface Chore {
  /** Where the store keeps when it was done last (epoch milliseconds). */
  readonly cursor: string;
  /** What could not be done when it fails, for the log. */
  readonly failure: string;
  /** Must end soon after `signal` has aborted. `later`: it was not the time; it is looked at again in an hour. */
  readonly work: (signal: AbortSignal) => Promise<"done" | "later">;
}

/**
 * Does a chore once a day, also for daemons that never live that long: when it was done last is in the store. Disposing
 * calls it off and waits for its end.
 */
export function startDaily(
  { store, clock, logger }: { readonly store: Store; readonly clock: Clock; readonly logger: Logger },
  { cursor, failure, work }: Chore,
): AsyncDisposable {
  const end = new AbortController();
  let working: Promise<void> = Promise.resolve();
  let timer: Timer = clock.after(FIRST_LOOK_MS, look);

  function look(): void {
    timer = clock.after(LOOK_MS, look);
    working = working.then(doIt).catch((error: unknown) => {
      logger.warn({ error: asOrchError(error) }, failure);
    });
  }

  async function doIt(): Promise<void> {
    if (end.signal.aborted) return;
    const now = clock.now();
    const last = await store.cursor(cursor);
    if (typeof last === "number" && now - last < EVERY_MS) return;
    if ((await work(end.signal)) === "later" || end.signal.aborted) return;
    await store.commit({ writes: [{ kind: "cursor:put", name: cursor, value: now }] });
  }

  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      timer.cancel();
      await working;
    },
  };
}
