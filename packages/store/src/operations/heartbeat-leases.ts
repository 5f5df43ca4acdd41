import type { Token } from "@orch/core";

import { and, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { jobs } from "../schema.ts";

/** Prolongs every lease that is still held; gives the tokens that are not. */
export function prepareHeartbeat({ orm, write }: Connection): (beat: {
  readonly tokens: readonly Token[];
  readonly leaseMs: number;
  readonly now: number;
}) => {
  readonly lost: readonly Token[];
} {
  return ({ tokens, leaseMs, now }) => {
    if (tokens.length === 0) return { lost: [] };
    return write(() => {
      const lost = tokens.filter(({ job, fence }) => {
        const prolonged = orm
          .update(jobs)
          .set({ leaseUntil: now + leaseMs, updatedAt: now })
          .where(and(eq(jobs.id, job), eq(jobs.fence, fence), eq(jobs.state, "running")))
          .run();
        return prolonged.changes === 0;
      });
      return { lost };
    });
  };
}
