import type { NewJob, QueueName } from "@orch/core";

import type { Connection } from "../connection.ts";
import { dimsText } from "../job-rows.ts";
import { placeholders } from "../placeholders.ts";
import { jobs } from "../schema.ts";

/** Adds the jobs whose keys are new; gives the queues that got one. Call it inside a transaction. */
export function prepareEnqueueJobs(
  { orm }: Connection,
  now: () => number,
): (batch: readonly NewJob[]) => ReadonlySet<QueueName> {
  const add = orm
    .insert(jobs)
    .values({
      ...placeholders("queue", "key", "exclusive", "priority", "notBefore", "dims", "effect", "createdAt", "updatedAt"),
      state: "queued",
    })
    .onConflictDoNothing({ target: jobs.key })
    .prepare();
  return (batch) => {
    const grown = new Set<QueueName>();
    for (const { dims, effect, ...job } of batch) {
      const at = now();
      const texts = { dims: dimsText(dims), effect: JSON.stringify(effect) };
      const added = add.run({ ...job, ...texts, createdAt: at, updatedAt: at });
      if (added.changes > 0) grown.add(job.queue);
    }
    return grown;
  };
}
