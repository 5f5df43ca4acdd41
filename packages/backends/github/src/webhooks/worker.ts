import {
  asOrchError,
  orchError,
  type Clock,
  type Deliveries,
  type Delivery,
  type ForgeHint,
  type Logger,
} from "@orch/core";

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
const MOST_TRIES = 5;
const LOOK_MS = 5_000;
const AT_ONCE = 50;
/** GitHub waits ten seconds for an answer. */
const HINT_MS = 5_000;

/** How long a delivery is held by whoever works on it, in milliseconds; then it is tried again. */
export const HOLD_MS = 60_000;

/** What works on deliveries. */
export interface WorkerOptions {
  readonly deliveries: Deliveries;
  /** Told where to look. What it throws, or that it takes longer than 5 s, is a failed try. */
  onHint(hint: ForgeHint): void | Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Works on deliveries: at once, and again later those that failed. */
export interface Worker extends AsyncDisposable {
  /** Works on a held delivery and settles it. Throws only what the record throws. */
  work(delivery: Delivery): Promise<"processed" | "retry" | "failed">;
  /** Takes over what an earlier process held, and begins to look for what is due. */
  start(): Promise<void>;
  /** Looks now. */
  wake(): void;
}

/** How long to wait after the given number of failed tries, in milliseconds; undefined: not again. */
export function pauseAfter(tries: number): number | undefined {
  return tries >= MOST_TRIES ? undefined : Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
}

/** Makes a worker that has not started yet. */
export function createWorker(options: WorkerOptions): Worker {
  const { deliveries, clock, logger } = options;
  const end = new AbortController();
  let wakeUp = new AbortController();
  let looking: Promise<void> = Promise.resolve();

  async function work(delivery: Delivery): Promise<"processed" | "retry" | "failed"> {
    const { id, tries } = delivery;
    try {
      for (const hint of delivery.hints) await inTime(async () => options.onHint(hint), clock);
    } catch (thrown) {
      const error = asOrchError(thrown).message.slice(0, 500);
      const now = clock.now();
      const pause = pauseAfter(tries);
      if (pause === undefined) {
        await deliveries.settle({ id, now, as: "failed", error });
        logger.error({ delivery: delivery.delivery, event: delivery.event, tries, error }, "a webhook failed for good");
        return "failed";
      }
      await deliveries.settle({ id, now, as: "retry", notBefore: now + pause, error });
      return "retry";
    }
    await deliveries.settle({ id, now: clock.now(), as: "processed" });
    return "processed";
  }

  async function look(): Promise<void> {
    const now = clock.now();
    const due = await deliveries.claim({ now, heldUntil: now + HOLD_MS, limit: AT_ONCE });
    for (const delivery of due) {
      if (end.signal.aborted) return;
      await work(delivery);
    }
  }

  async function lookForEver(): Promise<void> {
    while (!end.signal.aborted) {
      wakeUp = new AbortController();
      try {
        await look();
      } catch (error) {
        logger.warn({ error: asOrchError(error) }, "waiting webhooks could not be looked at");
      }
      await clock.sleep(LOOK_MS, AbortSignal.any([wakeUp.signal, end.signal]));
    }
  }

  return {
    work,
    async start() {
      const adopted = await deliveries.adopt(clock.now());
      if (adopted > 0) logger.info({ deliveries: adopted }, "webhooks that were being processed are taken up again");
      looking = lookForEver();
    },
    wake: () => wakeUp.abort(),
    async [Symbol.asyncDispose]() {
      end.abort();
      await looking;
    },
  };
}

/** What a call says, unless it takes too long. */
async function inTime(call: () => Promise<void>, clock: Clock): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = orchError("timeout", "looking there took too long", { hint: "It is tried again." });
    const timer = clock.after(HINT_MS, () => reject(late));
    call()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
