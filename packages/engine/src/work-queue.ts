import { asOrchError, type Lease, type Limits, type QueueName, type Timer } from "@orch/core";

import type { EngineDeps } from "./deps.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;

/** What works a queue off. */
export interface WorkQueue {
  /** Takes up jobs that an earlier process of this host had claimed. */
  resume(leases: readonly Lease[]): void;
  /** Looks for due jobs; calls while a look is under way are folded into one more look. */
  pump(): void;
  /** Looks no more; resolves when the handlers that are running have returned. */
  stop(): Promise<void>;
  readonly running: number;
}

/** How a queue is worked off. */
export interface WorkQueueOptions {
  readonly queue: QueueName;
  /** Handlers at a time; asked before each claim, so that a changed configuration counts at once. */
  readonly slots: () => number;
  readonly limits: Limits;
  readonly keeper: LeaseKeeper;
  /** Does the job and settles its lease. What it throws puts the job back with a growing delay. */
  readonly handle: (lease: Lease, signal: AbortSignal) => Promise<void>;
}

/**
 * Works one queue off. States: *idle* (a timer is set for the next due job, at most a tick ahead), *looking* (a claim
 * is under way), *working* (handlers run; each end looks again), *stopped*. A wake-up in any state but stopped leads to
 * a look; losing one costs at most a tick.
 */
export function createWorkQueue(deps: EngineDeps, options: WorkQueueOptions): WorkQueue {
  const { store, clock, settings } = deps;
  const logger = deps.logger.child({ queue: options.queue });
  const active = new Set<Promise<void>>();
  let timer: Timer | undefined;
  let stopped = false;
  const pump = folded(look);

  async function look(): Promise<void> {
    if (stopped) return;
    timer?.cancel();
    let wait = settings.tickMs;
    try {
      const free = options.slots() - active.size;
      if (free > 0) await claim(free);
      wait = await untilNextDue();
    } catch (error) {
      logger.error({ error: asOrchError(error) }, "a look for work failed; the next tick tries again");
    }
    if (!stopped) timer = clock.after(wait, pump);
  }

  async function claim(max: number): Promise<void> {
    const { host, leaseMs } = settings;
    const { queue, limits } = options;
    const leases = await store.claim({ queue, max, host, leaseMs, now: clock.now(), limits });
    // What was claimed while the queue stopped is left to the next process, like every other lease.
    if (stopped) return;
    for (const lease of leases) work(lease);
  }

  /** What is due now but was not claimed waits for a running job, whose end looks again. */
  async function untilNextDue(): Promise<number> {
    const due = await store.nextDue(options.queue);
    const wait = (due ?? 0) - clock.now();
    return wait > 0 ? Math.min(wait, settings.tickMs) : settings.tickMs;
  }

  function work(lease: Lease): void {
    const held = options.keeper.hold(lease);
    const done = options
      .handle(lease, held.signal)
      .catch((error: unknown) => putBack({ ...deps, logger }, { lease, error }))
      .finally(() => {
        held.release();
        active.delete(done);
        pump();
      });
    active.add(done);
  }

  return {
    resume(leases) {
      for (const lease of leases) work(lease);
    },
    pump,
    async stop() {
      stopped = true;
      timer?.cancel();
      await Promise.allSettled(active);
    },
    get running() {
      return active.size;
    },
  };
}

/** A function that starts `look`; calls while one is under way are folded into one more. */
function folded(look: () => Promise<void>): () => void {
  let looking = false;
  let again = false;
  return function start(): void {
    again = looking;
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
      if (again) start();
    });
  };
}

/** Returns a job to its queue, hidden for a while that doubles with each try. */
async function putBack(deps: EngineDeps, input: { readonly lease: Lease; readonly error: unknown }): Promise<void> {
  const { lease } = input;
  const typed = asOrchError(input.error);
  deps.logger.error({ job: lease.key, tries: lease.tries, error: typed }, "an effect failed and will be tried again");
  const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(lease.tries - 1, 20), LONGEST_RETRY_MS);
  // A forge that says when it takes requests again is not asked before.
  const { retryAt } = typed.details;
  const named = typeof retryAt === "number" ? retryAt : 0;
  const settle = {
    as: "retry",
    notBefore: Math.max(deps.clock.now() + delay, named),
    error: `${typed.code}: ${typed.message}`,
  } as const;
  try {
    await deps.store.commit({ holding: lease, settle });
  } catch (failure) {
    const error = asOrchError(failure);
    deps.logger.error({ job: lease.key, error }, "a job could not be put back; its lease will run out");
  }
}
