import type { JobView } from "@orch/core";

import { and, desc, inArray, sql } from "#drizzle";

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
  function prepareFor(states: number, keys: number | undefined) {
    const given = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => sql.placeholder(`${name}${index}`));
    return orm
      .select()
      .from(jobs)
      .where(
        and(
          inArray(jobs.state, given("state", states)),
          keys === undefined ? undefined : inArray(jobs.key, given("key", keys)),
        ),
      )
      .orderBy(desc(jobs.id))
      .limit(sql.placeholder("limit"))
      .prepare();
  }

  // Without keys the shapes are few, and each is asked for again and again.
  const prepared = new Map<number, ReturnType<typeof prepareFor>>();
  return ({ states, keys, limit }) => {
    const known = keys === undefined ? prepared.get(states.length) : undefined;
    const query = known ?? prepareFor(states.length, keys?.length);
    if (keys === undefined) prepared.set(states.length, query);
    return query.all({ ...named("state", states), ...named("key", keys ?? []), limit: bounded(limit) }).map(toJobView);
  };
}

function named(name: string, values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map((value, index) => [`${name}${index}`, value]));
}
