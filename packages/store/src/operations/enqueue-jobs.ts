import type { NewJob, QueueName } from "@orch/core";

import type { Connection } from "../connection.ts";
import { dimsText } from "../job-rows.ts";
import { jobs } from "../schema.ts";

/** Adds the jobs whose keys are new; gives the queues that got one. Call it inside a transaction. */
export function prepareEnqueueJobs(
  { orm }: Connection,
  now: () => number,
): (batch: readonly NewJob[]) => ReadonlySet<QueueName> {
  return (batch) => {
    const grown = new Set<QueueName>();
    for (const { queue, key, exclusive, dims, priority, notBefore, effect } of batch) {
      const at = now();
      const added = orm
        .insert(jobs)
        .values({
          queue,
          key,
          exclusive,
          state: "queued",
          priority,
          notBefore,
          dims: dimsText(dims),
          effect: JSON.stringify(effect),
          createdAt: at,
          updatedAt: at,
        })
        .onConflictDoNothing({ target: jobs.key })
        .run();
      if (added.changes > 0) grown.add(queue);
    }
    return grown;
  };
}
