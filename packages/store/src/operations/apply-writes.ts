import type { DomainWrite } from "@orch/core";

import type { Connection } from "../connection.ts";
import { prepareAddMetric } from "./add-metric.ts";
import type { PortLeasing } from "./lease-ports.ts";
import { preparePutAttempt } from "./put-attempt.ts";
import { preparePutCursor } from "./put-cursor.ts";
import { preparePutReceipt } from "./put-receipt.ts";
import { preparePutStep } from "./put-step.ts";
import { preparePutTask } from "./put-task.ts";

/** What the writes of a unit need beside the connection. */
export interface WriteTools {
  readonly now: () => number;
  readonly ports: PortLeasing;
}

/** The projections' part of a unit. Call it inside a transaction. */
export function prepareApplyWrites(
  connection: Connection,
  { now, ports }: WriteTools,
): (writes: readonly DomainWrite[]) => void {
  const putTask = preparePutTask(connection);
  const putAttempt = preparePutAttempt(connection);
  const putStep = preparePutStep(connection);
  const putReceipt = preparePutReceipt(connection);
  const putCursor = preparePutCursor(connection, now);
  const addMetric = prepareAddMetric(connection);

  function apply(write: DomainWrite): void {
    switch (write.kind) {
      case "task:put":
        return putTask(write.task);
      case "attempt:put":
        return putAttempt(write.attempt);
      case "step:put":
        return putStep(write.step);
      case "receipt:put":
        return putReceipt(write.attempt, write.receipt);
      case "metric:add":
        return addMetric(write);
      case "cursor:put":
        return putCursor(write.name, write.value);
      case "ports:lease":
        return ports.lease(write.task, write.block);
      case "ports:free":
        return ports.free(write.task);
    }
  }

  return (writes) => {
    for (const write of writes) apply(write);
  };
}
