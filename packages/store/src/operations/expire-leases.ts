import type { QueueName } from "@orch/core";

import { and, lte, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { jobs } from "../schema.ts";

/** Gives jobs whose lease has run out back to the queue, due at once; one entry per job, its queue. */
export function prepareExpireLeases({ orm, write }: Connection): (now: number) => readonly QueueName[] {
  return (now) =>
    write(() =>
      orm
        .update(jobs)
        .set({
          state: "queued",
          error: sql`'The lease of ' || ${jobs.host} || ' ran out.'`,
          host: null,
          leaseUntil: null,
          updatedAt: now,
        })
        .where(and(sql`${jobs.state} = 'running'`, lte(jobs.leaseUntil, now)))
        .returning({ queue: jobs.queue })
        .all()
        .map(({ queue }) => queue),
    );
}
