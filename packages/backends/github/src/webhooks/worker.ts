import {
  asOrchError,
  orchError,
  type Clock,
  type Deliveries,
  type Delivery,
  type ForgeHint,
  type Logger,
  type OrchError,
} from "@orch/core";

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
const MOST_TRIES = 5;
const LOOK_MS = 5_000;
const AT_ONCE = 50;
/** GitHub waits ten seconds for an answer. */
const ANSWER_MS = 5_000;
/** Less than a delivery is held. */
const LOOKS_MS = 50_000;

/** How long a delivery is held by whoever works on it, in milliseconds; then it is tried again. */
export const HOLD_MS = 60_000;

/** What became of a delivery. */
export type WorkEnd = "processed" | "retry" | "failed";

/** What works on deliveries. */
export interface WorkerOptions {
  readonly deliveries: Deliveries;
  /** Looks there. What it throws, or that all of a delivery's hints take longer than 50 s, is a failed try. */
  onHint(hint: ForgeHint): void | Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Works on deliveries: at once, and again later those that failed. */
export interface Worker extends AsyncDisposable {
  /**
   * Works on a held delivery and settles it. Throws only what the record throws. Gives `looking` after 5 s, when the work
   * goes on.
   */
  work(delivery: Delivery): Promise<WorkEnd | "looking">;
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
  const finish = createFinish(options, end.signal);
  let wakeUp = new AbortController();
  let looking: Promise<void> = Promise.resolve();

  async function work(delivery: Delivery): Promise<WorkEnd | "looking"> {
    const { promise: late, resolve } = Promise.withResolvers<"looking">();
    const timer = clock.after(ANSWER_MS, () => resolve("looking"));
    const done = finish(delivery).finally(() => timer.cancel());
    const first = await Promise.race([done, late]);
    if (first === "looking")
      done.catch((error: unknown) => logger.warn({ error: asOrchError(error) }, "a webhook could not be settled"));
    return first;
  }

  async function look(): Promise<void> {
    const now = clock.now();
    const due = await deliveries.claim({ now, heldUntil: now + HOLD_MS, limit: AT_ONCE });
    await Promise.all(due.map(work));
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

/** Makes what looks where a delivery says, to its end, and settles it; one that fails after `ended` stays held. */
function createFinish(options: WorkerOptions, ended: AbortSignal): (delivery: Delivery) => Promise<WorkEnd> {
  const { deliveries, clock, logger } = options;

  async function finish(delivery: Delivery): Promise<WorkEnd> {
    const { id } = delivery;
    try {
      const looks = async (): Promise<void> => {
        for (const hint of delivery.hints) await options.onHint(hint);
      };
      await inTime(looks, clock);
    } catch (thrown) {
      // Left as it is held: the next process looks again.
      if (ended.aborted) return "retry";
      return putOff(delivery, asOrchError(thrown));
    }
    await deliveries.settle({ id, now: clock.now(), as: "processed" });
    return "processed";
  }

  async function putOff({ id, tries, ...delivery }: Delivery, { message, details }: OrchError): Promise<WorkEnd> {
    const error = message.slice(0, 500);
    const now = clock.now();
    const pause = pauseAfter(tries);
    if (pause === undefined) {
      await deliveries.settle({ id, now, as: "failed", error });
      logger.error({ delivery: delivery.delivery, event: delivery.event, tries, error }, "a webhook failed for good");
      return "failed";
    }
    // A forge that says when it takes requests again is not asked before.
    const { retryAt } = details;
    const notBefore = Math.max(now + pause, typeof retryAt === "number" ? retryAt : 0);
    await deliveries.settle({ id, now, as: "retry", notBefore, error });
    return "retry";
  }
  return finish;
}

/** What a call says, unless it takes too long. */
async function inTime(call: () => Promise<void>, clock: Clock): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = orchError("timeout", "looking there took too long", { hint: "It is tried again." });
    const timer = clock.after(LOOKS_MS, () => reject(late));
    call()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
