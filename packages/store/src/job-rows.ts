import type { Dims, JobView, Lease } from "@orch/core";

import { parseDims, parseEffect } from "./parse-rows.ts";
import type { jobs } from "./schema.ts";

type JobRow = typeof jobs.$inferSelect;

/** The columns of a job that people see. */
export type JobViewRow = Pick<
  JobRow,
  "queue" | "key" | "state" | "tries" | "notBefore" | "host" | "leaseUntil" | "error" | "effect"
>;

/** Dimensions as text; equal dimensions give equal texts. */
export function dimsText(dims: Dims): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(dims).toSorted(([left], [right]) => (left < right ? -1 : 1))),
  );
}

/** The lease of a job that was just claimed or adopted. */
export function toLease(row: JobRow): Lease {
  const place = { table: "jobs", key: row.key };
  return {
    job: row.id,
    fence: row.fence,
    queue: row.queue,
    key: row.key,
    effect: parseEffect(row.effect, place),
    dims: parseDims(row.dims, place),
    tries: row.tries,
  };
}

/** A job for people. */
export function toJobView(row: JobViewRow): JobView {
  return {
    queue: row.queue,
    key: row.key,
    state: row.state,
    tries: row.tries,
    notBefore: row.notBefore,
    ...(row.host === null ? {} : { host: row.host }),
    ...(row.leaseUntil === null ? {} : { leaseUntil: row.leaseUntil }),
    ...(row.error === null ? {} : { error: row.error }),
    effect: parseEffect(row.effect, { table: "jobs", key: row.key }),
  };
}
