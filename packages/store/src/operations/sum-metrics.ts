import type { MetricSum } from "@orch/core";

import { and, asc, count, eq, gte, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseDims } from "../parse-rows.ts";
import { metrics } from "../schema.ts";

/** Sums per dimensions of the values measured at `since` or later. */
export function prepareSumMetrics({
  orm,
}: Connection): (query: { readonly name: string; readonly since: number }) => readonly MetricSum[] {
  return ({ name, since }) =>
    orm
      .select({ dims: metrics.dims, sum: sql<number>`total(${metrics.value})`, count: count() })
      .from(metrics)
      .where(and(eq(metrics.name, name), gte(metrics.at, since)))
      .groupBy(metrics.dims)
      .orderBy(asc(metrics.dims))
      .all()
      .map((row) => ({
        name,
        dims: parseDims(row.dims, { table: "metrics", key: name }),
        sum: row.sum,
        count: row.count,
      }));
}
