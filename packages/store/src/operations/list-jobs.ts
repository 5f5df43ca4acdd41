import type { JobView } from "@orch/core";
import { desc, inArray } from "drizzle-orm";

import type { Connection } from "../connection.ts";
import { toJobView } from "../job-rows.ts";
import { bounded } from "../page.ts";
import { jobs } from "../schema.ts";

/** Jobs in any of the states, newest first. */
export function prepareListJobs({
  orm,
}: Connection): (query: {
  readonly states: readonly JobView["state"][];
  readonly limit: number;
}) => readonly JobView[] {
  return ({ states, limit }) =>
    orm
      .select()
      .from(jobs)
      .where(inArray(jobs.state, [...states]))
      .orderBy(desc(jobs.id))
      .limit(bounded(limit))
      .all()
      .map(toJobView);
}
