import { asOrchError, queueNames, type AttemptRef, type Engine, type Lease, type Timer } from "@orch/core";

import type { EngineDeps } from "./deps.ts";
import { hearingAllowedPeople } from "./forge/allowed-people.ts";
import { createForgeSync } from "./forge/sync.ts";
import { freeStuck } from "./free-stuck.ts";
import { act, create } from "./inbox.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./lease-keeper.ts";
import { createQueues } from "./queues.ts";

const REAP_PAGE = 10_000;

/**
 * Makes the engine: a reconciler over the store's two queues. Wake-ups come from commits; the tick is the net under
 * them. Nothing runs before `start`; disposing stops looking for work and leaves sessions and leases to the next
 * process.
 */
export function createEngine(given: EngineDeps): Engine {
  const deps = hearingAllowedPeople(given);
  const keeper = createLeaseKeeper(deps);
  const queues = createQueues(deps, keeper);
  const sync = createForgeSync(deps, (project) => deps.settings.syncMsOf?.(project) ?? deps.settings.syncMs);
  let ticker: Timer | undefined;
  let unsubscribe: (() => void) | undefined;

  function tick(): void {
    ticker = deps.clock.after(deps.settings.tickMs, tick);
    void lookAround(deps, keeper).then((count) => {
      if (count > 0) queues.pump();
    });
  }

  return {
    async start() {
      queues.resume(await recover(deps));
      unsubscribe = deps.store.onWake((what) => {
        if (what !== "events") queues.pump(what);
      });
      tick();
      queues.pump();
      sync.start();
    },
    look(hint) {
      const looked = sync.look(hint);
      // Whoever only tells of something does not listen.
      looked.catch(() => undefined);
      return looked;
    },
    create: (request) => create(deps, request),
    act: (request) => act(deps, request),
    async idle() {
      if (queues.running > 0) return false;
      const due = await Promise.all(queueNames.map((name) => deps.store.nextDue(name)));
      return due.every((time) => time === undefined || time > deps.clock.now());
    },
    async [Symbol.asyncDispose]() {
      unsubscribe?.();
      ticker?.cancel();
      keeper.stop();
      await Promise.all([queues.stop(), sync.stop()]);
    },
  };
}

/** Boot reconciliation, before the first dispatch: take over this host's leases, end sessions that nobody owns. */
async function recover(deps: EngineDeps): Promise<readonly Lease[]> {
  const { host, leaseMs } = deps.settings;
  const leases = await deps.store.adopt({ host, leaseMs, now: deps.clock.now() });
  const tasks = await deps.store.tasks({ statuses: ["in_progress"], limit: REAP_PAGE });
  const owned: AttemptRef[] = [];
  for (const task of tasks) {
    if (task.status === "in_progress") owned.push({ project: task.project, id: task.id, attempt: task.attempt });
  }
  const ended = await deps.runner.reap(owned);
  if (leases.length + ended > 0)
    deps.logger.info({ adopted: leases.length, ended }, "took over from an earlier process");
  return leases;
}

/**
 * The tick's work: leases that ran out and attempts that nobody works on go back to their queues. Beats first: after a
 * suspend, our own leases must not look like another host's. Gives how many went back; never rejects.
 */
async function lookAround(deps: EngineDeps, keeper: LeaseKeeper): Promise<number> {
  try {
    const freed = await freeStuck(deps);
    const soonest = await Promise.all(queueNames.map((name) => deps.store.nextDue(name)));
    if (soonest.every((time) => time === undefined || time > deps.clock.now())) return freed;
    await keeper.beat();
    return freed + (await deps.store.expireLeases(deps.clock.now()));
  } catch (error) {
    deps.logger.error({ error: asOrchError(error) }, "a tick failed; the next one tries again");
    return 0;
  }
}
