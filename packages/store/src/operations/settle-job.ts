import type { QueueName, Settlement, Token } from "@orch/core";

import { and, eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { jobs } from "../schema.ts";
import { corruptRow } from "../store-errors.ts";

/** The lease's part of a unit. */
export interface JobSettler {
  /** The queue of the job that this token holds; undefined: it holds none any more. */
  queueHeldBy(token: Token): QueueName | undefined;
  /** Ends a lease that is known to be held; gives the queue in which room was made. */
  settle(token: Token, settlement: Settlement): QueueName;
}

/** Call both inside one transaction. */
export function prepareSettleJob({ orm }: Connection, now: () => number): JobSettler {
  const held = orm
    .select({ queue: jobs.queue })
    .from(jobs)
    .where(
      and(eq(jobs.id, sql.placeholder("job")), eq(jobs.fence, sql.placeholder("fence")), eq(jobs.state, "running")),
    )
    .prepare();

  function outcomeOf(settlement: Settlement): Partial<typeof jobs.$inferInsert> {
    switch (settlement.as) {
      case "complete":
        return { state: "done", error: null };
      case "retry":
        return { state: "queued", notBefore: settlement.notBefore, error: settlement.error };
      case "dead":
        return { state: "dead", error: settlement.error };
    }
  }

  return {
    queueHeldBy: ({ job, fence }) => held.get({ job, fence })?.queue,
    settle({ job }, settlement) {
      const settled = orm
        .update(jobs)
        .set({ ...outcomeOf(settlement), host: null, leaseUntil: null, updatedAt: now() })
        .where(eq(jobs.id, job))
        .returning({ queue: jobs.queue })
        .get();
      if (settled === undefined) throw corruptRow("jobs", String(job));
      return settled.queue;
    },
  };
}
