import { orchError, type Clock, type Deliveries, type Logger, type Store } from "@orch/core";

import type { Connection } from "./connection.ts";
import { prepareAdoptJobs } from "./operations/adopt-jobs.ts";
import { prepareClaimJobs } from "./operations/claim-jobs.ts";
import { prepareCommitUnit } from "./operations/commit-unit.ts";
import { prepareCountTasks } from "./operations/count-tasks.ts";
import { prepareExpireLeases } from "./operations/expire-leases.ts";
import { prepareGetAttempt } from "./operations/get-attempt.ts";
import { prepareGetCursor } from "./operations/get-cursor.ts";
import { prepareGetTask } from "./operations/get-task.ts";
import { prepareHeartbeat } from "./operations/heartbeat-leases.ts";
import { preparePortLeasing } from "./operations/lease-ports.ts";
import { prepareListAttempts } from "./operations/list-attempts.ts";
import { prepareListDependents } from "./operations/list-dependents.ts";
import { prepareListEvents } from "./operations/list-events.ts";
import { prepareListJobs } from "./operations/list-jobs.ts";
import { prepareListReceipts } from "./operations/list-receipts.ts";
import { prepareListSteps } from "./operations/list-steps.ts";
import { prepareListTasks } from "./operations/list-tasks.ts";
import { prepareNextDue } from "./operations/next-due.ts";
import { prepareNextTaskNumber } from "./operations/next-task-number.ts";
import { prepareSumMetrics } from "./operations/sum-metrics.ts";
import { createSqliteDeliveries } from "./sqlite-deliveries.ts";
import { toStoreError } from "./store-errors.ts";
import { createWakes, type WakeReason } from "./wake.ts";

/** The store with what is kept beside it in the same file. */
export interface SqliteStore extends Store {
  readonly deliveries: Deliveries;
}

/** Turns a synchronous operation into a method: whatever it throws arrives as a rejection with an error of the store. */
export type Call = <Request, Answer>(operation: (request: Request) => Answer) => (request: Request) => Promise<Answer>;

/** The port over one open, migrated connection, which it owns from here on. */
export function createSqliteStore(
  connection: Connection,
  surroundings: { readonly path: string; readonly clock: Clock; readonly logger: Logger },
): SqliteStore {
  const { path, clock } = surroundings;
  const operations = prepareAll(connection, () => clock.now());
  const wakes = createWakes(surroundings.logger);
  let closed = false;

  function call<Request, Answer>(operation: (request: Request) => Answer): (request: Request) => Promise<Answer> {
    return async (request) => {
      if (closed) throw orchError("store_failed", "The store is closed.");
      try {
        return operation(request);
      } catch (thrown) {
        throw toStoreError(thrown, path);
      }
    };
  }

  return {
    commit: call((unit) => {
      const { result, wakes: reasons } = operations.commit(unit);
      wakes.fire(reasons);
      return result;
    }),
    expireLeases: call((now) => {
      const queues = operations.expireLeases(now);
      wakes.fire(new Set<WakeReason>(queues));
      return queues.length;
    }),
    nextTaskNumber: call(operations.nextTaskNumber),
    task: call(operations.task),
    tasks: call(operations.tasks),
    taskCounts: call(operations.taskCounts),
    dependents: call(operations.dependents),
    attempt: call(operations.attempt),
    attempts: call(operations.attempts),
    steps: call(operations.steps),
    receipts: call(operations.receipts),
    events: call(operations.events),
    cursor: call(operations.cursor),
    portLeases: call(operations.portLeases),
    metrics: call(operations.metrics),
    jobs: call(operations.jobs),
    claim: call(operations.claim),
    heartbeat: call(operations.heartbeat),
    adopt: call(operations.adopt),
    nextDue: call(operations.nextDue),
    deliveries: createSqliteDeliveries(connection, call),
    onWake: (listener) => wakes.add(listener),
    async [Symbol.asyncDispose]() {
      closed = true;
      connection.raw.close();
    },
  };
}

function prepareAll(connection: Connection, now: () => number) {
  const ports = preparePortLeasing(connection);
  return {
    commit: prepareCommitUnit(connection, { now, ports }),
    nextTaskNumber: prepareNextTaskNumber(connection),
    task: prepareGetTask(connection),
    tasks: prepareListTasks(connection),
    taskCounts: prepareCountTasks(connection),
    dependents: prepareListDependents(connection),
    attempt: prepareGetAttempt(connection),
    attempts: prepareListAttempts(connection),
    steps: prepareListSteps(connection),
    receipts: prepareListReceipts(connection),
    events: prepareListEvents(connection),
    cursor: prepareGetCursor(connection),
    portLeases: ports.list,
    metrics: prepareSumMetrics(connection),
    jobs: prepareListJobs(connection),
    claim: prepareClaimJobs(connection),
    heartbeat: prepareHeartbeat(connection),
    adopt: prepareAdoptJobs(connection),
    expireLeases: prepareExpireLeases(connection),
    nextDue: prepareNextDue(connection, now),
  };
}
