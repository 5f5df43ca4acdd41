import { asOrchError, type Lease, type Timer, type Token } from "@orch/core";

import type { EngineDeps } from "./deps.ts";

/** Why a held lease's signal aborts. */
export type Abortion = "lost" | "stopped" | "shutdown";

/** A lease that is kept alive. */
export interface HeldLease {
  /** Aborts with an `Abortion` as reason. */
  readonly signal: AbortSignal;
  release(): void;
}

/** Keeps leases alive by heartbeat; without leases it sets no timer. */
export interface LeaseKeeper {
  hold(lease: Lease): HeldLease;
  /** Beats now. What turns out to be lost is aborted. */
  beat(): Promise<void>;
  /** Aborts the holder of a job, by its key; false: it is not held here. */
  abort(match: (lease: Lease) => boolean, why: Abortion): boolean;
  /** Resolves when nobody here holds such a lease any more. */
  released(match: (lease: Lease) => boolean): Promise<void>;
  /** Aborts all holders with `shutdown` and beats no more. The leases stay in the store for the next process. */
  stop(): void;
}

interface Holder {
  readonly lease: Lease;
  readonly controller: AbortController;
  readonly released: PromiseWithResolvers<void>;
}

/** Makes a lease keeper that beats three times in a lease's life. */
export function createLeaseKeeper(deps: Pick<EngineDeps, "store" | "clock" | "logger" | "settings">): LeaseKeeper {
  const { store, clock, logger, settings } = deps;
  const holders = new Set<Holder>();
  let timer: Timer | undefined;
  let stopped = false;

  function plan(): void {
    timer?.cancel();
    timer = undefined;
    if (holders.size > 0 && !stopped) timer = clock.after(settings.leaseMs / 3, () => void beat().finally(plan));
  }

  async function beat(): Promise<void> {
    if (holders.size === 0) return;
    const tokens: readonly Token[] = [...holders].map(({ lease }) => ({ job: lease.job, fence: lease.fence }));
    try {
      const { lost } = await store.heartbeat({ tokens, leaseMs: settings.leaseMs, now: clock.now() });
      for (const token of lost) drop(token);
    } catch (error) {
      logger.error(
        { error: asOrchError(error), leases: tokens.length },
        "a heartbeat failed; the next one may still be in time",
      );
    }
  }

  function drop(token: Token): void {
    for (const holder of holders) {
      if (holder.lease.job === token.job && holder.lease.fence === token.fence) holder.controller.abort("lost");
    }
  }

  return {
    hold(lease) {
      const holder = holderOf(lease);
      holders.add(holder);
      if (timer === undefined) plan();
      return {
        signal: holder.controller.signal,
        release() {
          holders.delete(holder);
          holder.released.resolve();
          if (holders.size === 0) plan();
        },
      };
    },
    beat,
    abort(match, why) {
      const found = [...holders].filter(({ lease }) => match(lease));
      for (const { controller } of found) controller.abort(why);
      return found.length > 0;
    },
    async released(match) {
      await Promise.all([...holders].flatMap(({ lease, released }) => (match(lease) ? [released.promise] : [])));
    },
    stop() {
      stopped = true;
      timer?.cancel();
      for (const { controller } of holders) controller.abort("shutdown");
    },
  };
}

function holderOf(lease: Lease): Holder {
  return { lease, controller: new AbortController(), released: Promise.withResolvers<void>() };
}
