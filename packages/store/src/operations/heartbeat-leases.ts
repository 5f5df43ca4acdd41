import type { Token } from "@orch/core";

import { and, eq, sql } from "#drizzle";

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
  const prolong = orm
    .update(jobs)
    .set({ leaseUntil: sql`${sql.placeholder("leaseUntil")}`, updatedAt: sql`${sql.placeholder("now")}` })
    .where(
      and(eq(jobs.id, sql.placeholder("job")), eq(jobs.fence, sql.placeholder("fence")), eq(jobs.state, "running")),
    )
    .prepare();
  return ({ tokens, leaseMs, now }) => {
    if (tokens.length === 0) return { lost: [] };
    return write(() => {
      const leaseUntil = now + leaseMs;
      const lost = tokens.filter(({ job, fence }) => prolong.run({ job, fence, leaseUntil, now }).changes === 0);
      return { lost };
    });
  };
}
