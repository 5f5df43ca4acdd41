import { queueNames, type Lease, type Limits, type QueueName } from "@orch/core";

import type { EngineDeps } from "./deps.ts";
import type { EffectOf } from "./handlers/context.ts";
import { mergePull } from "./handlers/merge-pull.ts";
import { mergeResult } from "./handlers/merge-result.ts";
import { openIssue } from "./handlers/open-issue.ts";
import { openParts } from "./handlers/open-parts.ts";
import { openPull } from "./handlers/open-pull.ts";
import { removeWorkspace } from "./handlers/remove-workspace.ts";
import { reviewResult } from "./handlers/review-result.ts";
import { routeTask } from "./handlers/route-task.ts";
import { runAttempt } from "./handlers/run-attempt.ts";
import { checkDependencies, notifyDependents, waitForChild } from "./handlers/settle-dependencies.ts";
import { showReview } from "./handlers/show-review.ts";
import { showTask } from "./handlers/show-task.ts";
import { stopAttempt } from "./handlers/stop-attempt.ts";
import { tellNotes } from "./handlers/tell-notes.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

const EFFECT_SLOTS = 8;
/** They mostly wait for answers. */
const FORGE_SLOTS = 8;

/** All queues of the engine. */
export interface Queues {
  /** Goes on with jobs that an earlier process had claimed. */
  resume(leases: readonly Lease[]): void;
  /** Looks for work in one queue, or in all. */
  pump(queue?: QueueName): void;
  stop(): Promise<void>;
  readonly running: number;
}

/** Makes the queues: attempts, few and long; effects, quick ones; and what a forge is asked. */
export function createQueues(deps: EngineDeps, keeper: LeaseKeeper): Queues {
  const limits: Limits = (dimension, value) =>
    dimension === "queue" && value === "attempts" ? deps.settings.maxParallel : Number.POSITIVE_INFINITY;

  function make(queue: QueueName, slots: () => number): WorkQueue {
    const handle = (lease: Lease, signal: AbortSignal): Promise<void> => dispatch({ deps, keeper, lease, signal });
    return createWorkQueue(deps, { queue, slots, limits, keeper, handle });
  }

  const slots: Readonly<Record<QueueName, () => number>> = {
    attempts: () => deps.settings.maxParallel,
    effects: () => EFFECT_SLOTS,
    forge: () => FORGE_SLOTS,
  };
  const queues = queueNames.map((name) => ({ name, queue: make(name, slots[name]) }));
  return {
    resume(leases) {
      for (const { name, queue } of queues) queue.resume(leases.filter((lease) => lease.queue === name));
    },
    pump(only) {
      for (const { name, queue } of queues) {
        if (only === undefined || only === name) queue.pump();
      }
    },
    async stop() {
      await Promise.all(queues.map(({ queue }) => queue.stop()));
    },
    get running() {
      return queues.reduce((sum, { queue }) => sum + queue.running, 0);
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
    case "notes:tell":
      return tellNotes({ ...context, effect });
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
    case "review:run":
      return reviewResult({ ...context, effect });
    default:
      return dispatchToForge(context, effect);
  }
}

/** What is asked of a forge. */
function dispatchToForge(
  context: Dispatch,
  effect: EffectOf<"parts:open" | "forge:show" | "issue:open" | "pull:open" | "pull:merge" | "review:show">,
): Promise<void> {
  switch (effect.kind) {
    case "parts:open":
      return openParts({ ...context, effect });
    case "forge:show":
      return showTask({ ...context, effect });
    case "issue:open":
      return openIssue({ ...context, effect });
    case "pull:open":
      return openPull({ ...context, effect });
    case "pull:merge":
      return mergePull({ ...context, effect });
    case "review:show":
      return showReview({ ...context, effect });
  }
}
