import type { Lease, Limits, QueueName } from "@orch/core";

import type { EngineDeps } from "./deps.ts";
import { mergeResult } from "./handlers/merge-result.ts";
import { removeWorkspace } from "./handlers/remove-workspace.ts";
import { routeTask } from "./handlers/route-task.ts";
import { runAttempt } from "./handlers/run-attempt.ts";
import { checkDependencies, notifyDependents, waitForChild } from "./handlers/settle-dependencies.ts";
import { stopAttempt } from "./handlers/stop-attempt.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

const EFFECT_SLOTS = 8;

/** Both queues of the engine. */
export interface Queues {
  /** Goes on with jobs that an earlier process had claimed. */
  resume(leases: readonly Lease[]): void;
  /** Looks for work in one queue, or in both. */
  pump(queue?: QueueName): void;
  stop(): Promise<void>;
  readonly running: number;
}

/** Makes the two queues: attempts, few and long; effects, quick ones. */
export function createQueues(deps: EngineDeps, keeper: LeaseKeeper): Queues {
  const limits: Limits = (dimension, value) =>
    dimension === "queue" && value === "attempts" ? deps.settings.maxParallel : Number.POSITIVE_INFINITY;

  function make(queue: QueueName, slots: () => number): WorkQueue {
    const handle = (lease: Lease, signal: AbortSignal): Promise<void> => dispatch({ deps, keeper, lease, signal });
    return createWorkQueue(deps, { queue, slots, limits, keeper, handle });
  }

  const attempts = make("attempts", () => deps.settings.maxParallel);
  const effects = make("effects", () => EFFECT_SLOTS);
  return {
    resume(leases) {
      effects.resume(leases.filter((lease) => lease.queue === "effects"));
      attempts.resume(leases.filter((lease) => lease.queue === "attempts"));
    },
    pump(queue) {
      if (queue !== "effects") attempts.pump();
      if (queue !== "attempts") effects.pump();
    },
    async stop() {
      await Promise.all([attempts.stop(), effects.stop()]);
    },
    get running() {
      return attempts.running + effects.running;
    },
  };
}

interface Dispatch {
  readonly deps: EngineDeps;
  readonly keeper: LeaseKeeper;
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

function dispatch(context: Dispatch): Promise<void> {
  const { effect } = context.lease;
  switch (effect.kind) {
    case "task:route":
      return routeTask({ ...context, effect });
    case "attempt:run":
      return runAttempt({ ...context, effect });
    case "attempt:stop":
      return stopAttempt({ ...context, effect });
    case "result:merge":
      return mergeResult({ ...context, effect });
    case "dependents:notify":
      return notifyDependents({ ...context, effect });
    case "dependencies:check":
      return checkDependencies({ ...context, effect });
    case "parent:wait":
      return waitForChild({ ...context, effect });
    case "workspace:remove":
      return removeWorkspace({ ...context, effect });
  }
}
