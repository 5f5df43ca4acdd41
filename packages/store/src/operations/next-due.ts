import type { QueueName } from "@orch/core";

import type { Connection } from "../connection.ts";

/**
 * When to look at a queue again: the first hidden job's time, or the first lease's end. A job that is due already is not
 * counted: it waits for room, and room comes with a settlement or a lease's end.
 */
export function prepareNextDue({ raw }: Connection, now: () => number): (queue: QueueName) => number | undefined {
  // For the plus see `given`: min() orders rows, too.
  const hidden = raw
    .prepare<[QueueName, number], number | null>(
      "SELECT min(not_before) FROM jobs INDEXED BY jobs_queued WHERE queue = +? AND state = 'queued' AND not_before > +?",
    )
    .pluck();
  const leased = raw
    .prepare<[QueueName], number | null>("SELECT min(lease_until) FROM jobs WHERE queue = +? AND state = 'running'")
    .pluck();
  return (queue) => {
    const times = [hidden.get(queue, now()), leased.get(queue)].filter((time) => typeof time === "number");
    return times.length === 0 ? undefined : Math.min(...times);
  };
}
