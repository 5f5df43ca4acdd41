import type { JobView } from "@orch/core";

import { and, desc, inArray } from "#drizzle";

import type { Connection } from "../connection.ts";
import { toJobView } from "../job-rows.ts";
import { bounded } from "../page.ts";
import { jobs } from "../schema.ts";

/** Jobs in any of the states, with one of the keys where keys are given; newest first. */
export function prepareListJobs({
  orm,
}: Connection): (query: {
  readonly states: readonly JobView["state"][];
  readonly keys?: readonly string[];
  readonly limit: number;
}) => readonly JobView[] {
  return ({ states, keys, limit }) =>
    orm
      .select()
      .from(jobs)
      .where(and(inArray(jobs.state, [...states]), keys === undefined ? undefined : inArray(jobs.key, [...keys])))
      .orderBy(desc(jobs.id))
      .limit(bounded(limit))
      .all()
      .map(toJobView);
}
