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

  const settle = orm
    .update(jobs)
    .set({
      state: sql`${sql.placeholder("state")}`,
      notBefore: sql`coalesce(${sql.placeholder("notBefore")}, ${jobs.notBefore})`,
      error: sql`${sql.placeholder("error")}`,
      host: null,
      leaseUntil: null,
      updatedAt: sql`${sql.placeholder("now")}`,
    })
    .where(eq(jobs.id, sql.placeholder("job")))
    .returning({ queue: jobs.queue })
    .prepare();

  return {
    queueHeldBy: ({ job, fence }) => held.get({ job, fence })?.queue,
    settle({ job }, settlement) {
      const settled = settle.get({ ...outcomeOf(settlement), job, now: now() });
      if (settled === undefined) throw corruptRow("jobs", String(job));
      return settled.queue;
    },
  };
}

/** What a settlement leaves behind; without `notBefore` the job's own stays. */
function outcomeOf(settlement: Settlement): {
  readonly state: typeof jobs.$inferSelect.state;
  readonly notBefore: number | null;
  readonly error: string | null;
} {
  switch (settlement.as) {
    case "complete":
      return { state: "done", notBefore: null, error: null };
    case "retry":
      return { state: "queued", notBefore: settlement.notBefore, error: settlement.error };
    case "dead":
      return { state: "dead", notBefore: null, error: settlement.error };
  }
}
