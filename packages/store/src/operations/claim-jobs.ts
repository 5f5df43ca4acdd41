import type { ClaimRequest, Dims, Lease, QueueName } from "@orch/core";

import { and, eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { toLease } from "../job-rows.ts";
import { parseDims } from "../parse-rows.ts";
import { jobs } from "../schema.ts";
import { createSlots, type Slots } from "../slots.ts";

interface Candidate {
  readonly id: number;
  readonly exclusive: string;
  readonly dims: string;
}

/** Takes the due jobs that fit, by priority and then in enqueue order. Reads O(due) rows of an index. */
export function prepareClaimJobs({ raw, orm, write }: Connection): (request: ClaimRequest) => readonly Lease[] {
  // Literal states: SQLite uses a partial index only for a condition that it can see.
  const running = raw.prepare<[QueueName], Candidate>(
    "SELECT id, exclusive, dims FROM jobs WHERE queue = ? AND state = 'running'",
  );
  const due = raw.prepare<[QueueName, number], Candidate>(
    `SELECT id, exclusive, dims FROM jobs INDEXED BY jobs_queued
     WHERE queue = ? AND state = 'queued' AND not_before <= ? ORDER BY priority DESC, id`,
  );
  // Most looks find nothing: they need no transaction.
  const isAnyDue = raw
    .prepare<[QueueName, number], number>(
      "SELECT 1 FROM jobs INDEXED BY jobs_queued WHERE queue = ? AND state = 'queued' AND not_before <= ? LIMIT 1",
    )
    .pluck();

  const takeOne = orm
    .update(jobs)
    .set({
      state: "running",
      fence: sql`${jobs.fence} + 1`,
      tries: sql`${jobs.tries} + 1`,
      host: sql`${sql.placeholder("host")}`,
      leaseUntil: sql`${sql.placeholder("leaseUntil")}`,
      updatedAt: sql`${sql.placeholder("now")}`,
    })
    .where(and(eq(jobs.id, sql.placeholder("job")), eq(jobs.state, "queued")))
    .returning()
    .prepare();

  function take(job: number, { host, now, leaseMs }: ClaimRequest): Lease | undefined {
    const row = takeOne.get({ job, host, now, leaseUntil: now + leaseMs });
    return row === undefined ? undefined : toLease(row);
  }

  return (request) => {
    if (request.max < 1 || isAnyDue.get(request.queue, request.now) === undefined) return [];
    return write(() => {
      const before = running.all(request.queue);
      const slots = createSlots(before.map(dimsOf), request.limits);
      const busy = new Set(before.map(({ exclusive }) => exclusive));
      const fitting = pick(due.iterate(request.queue, request.now), { max: request.max, slots, busy });
      return fitting.map((job) => take(job, request)).filter((lease) => lease !== undefined);
    });
  };
}

function pick(
  candidates: Iterable<Candidate>,
  room: { readonly max: number; readonly slots: Slots; readonly busy: Set<string> },
): readonly number[] {
  const { max, slots, busy } = room;
  const picked: number[] = [];
  // Room only shrinks during a claim, so what did not fit once is not looked at again.
  const full = new Set<string>();
  for (const candidate of candidates) {
    if (busy.has(candidate.exclusive) || full.has(candidate.dims)) continue;
    const dims = dimsOf(candidate);
    if (!slots.fits(dims)) {
      full.add(candidate.dims);
      continue;
    }
    slots.take(dims);
    busy.add(candidate.exclusive);
    picked.push(candidate.id);
    if (picked.length >= max) break;
  }
  return picked;
}

function dimsOf(candidate: Candidate): Dims {
  return parseDims(candidate.dims, { table: "jobs", key: String(candidate.id) });
}
