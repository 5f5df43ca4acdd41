import type { JobView } from "@orch/core";

import type { Connection } from "../connection.ts";
import { toJobView, type JobViewRow } from "../job-rows.ts";
import { bounded } from "../page.ts";

const COLUMNS = "queue, key, state, tries, not_before AS notBefore, host, lease_until AS leaseUntil, error, effect";

/** Jobs in any of the states, with one of the keys where keys are given; newest first. */
export function prepareListJobs({
  raw,
}: Connection): (query: {
  readonly states: readonly JobView["state"][];
  readonly keys?: readonly string[];
  readonly limit: number;
}) => readonly JobView[] {
  // For the plus see `given`.
  function prepareFor(states: number, keys: number | undefined) {
    const list = (length: number) => Array.from({ length }, () => "+?").join();
    const named = keys === undefined ? "" : `AND key IN (${list(keys)})`;
    return raw.prepare<(string | number)[], JobViewRow>(
      `SELECT ${COLUMNS} FROM jobs WHERE state IN (${list(states)}) ${named} ORDER BY id DESC LIMIT +?`,
    );
  }

  // Without keys the shapes are few, and each is asked for again and again.
  const prepared = new Map<number, ReturnType<typeof prepareFor>>();
  return ({ states, keys, limit }) => {
    const known = keys === undefined ? prepared.get(states.length) : undefined;
    const query = known ?? prepareFor(states.length, keys?.length);
    if (keys === undefined) prepared.set(states.length, query);
    return query.all(...states, ...(keys ?? []), bounded(limit)).map(toJobView);
  };
}
