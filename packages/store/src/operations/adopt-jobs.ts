import type { Lease } from "@orch/core";

import { and, eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { toLease } from "../job-rows.ts";
import { jobs } from "../schema.ts";

/** Gives every running job of a host a new fence and a fresh lease, in the order of their ids. */
export function prepareAdoptJobs({
  orm,
  write,
}: Connection): (taker: { readonly host: string; readonly leaseMs: number; readonly now: number }) => readonly Lease[] {
  const adopt = orm
    .update(jobs)
    .set({
      fence: sql`${jobs.fence} + 1`,
      leaseUntil: sql`${sql.placeholder("leaseUntil")}`,
      updatedAt: sql`${sql.placeholder("now")}`,
    })
    .where(and(sql`${jobs.state} = 'running'`, eq(jobs.host, sql.placeholder("host"))))
    .returning()
    .prepare();

  return ({ host, leaseMs, now }) =>
    write(() =>
      adopt
        .all({ host, leaseUntil: now + leaseMs, now })
        .toSorted((left, right) => left.id - right.id)
        .map(toLease),
    );
}
