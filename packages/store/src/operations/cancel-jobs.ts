import type { QueueName } from "@orch/core";

import { and, inArray, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { jobs } from "../schema.ts";

/**
 * Ends jobs by key: a queued one never runs, a running one is fenced. Jobs that have ended stay as they are. Gives the
 * queues in which room was made. Call inside a transaction.
 */
export function prepareCancelJobs({ orm }: Connection, now: () => number): (keys: readonly string[]) => Set<QueueName> {
  return (keys) => {
    if (keys.length === 0) return new Set();
    const ended = orm
      .update(jobs)
      .set({
        state: "done",
        error: "cancelled",
        fence: sql`${jobs.fence} + 1`,
        host: null,
        leaseUntil: null,
        updatedAt: now(),
      })
      .where(and(inArray(jobs.key, [...keys]), inArray(jobs.state, ["queued", "running"])))
      .returning({ queue: jobs.queue })
      .all();
    return new Set(ended.map(({ queue }) => queue));
  };
}
