import { isDeepStrictEqual } from "node:util";

import { orchError, type CommitResult, type DomainWrite, type Unit } from "@orch/core";

import type { Connection } from "../connection.ts";
import type { WakeReason } from "../wake.ts";
import { prepareAppendEvents } from "./append-events.ts";
import { prepareApplyWrites, type WriteTools } from "./apply-writes.ts";
import { prepareCancelJobs } from "./cancel-jobs.ts";
import { prepareEnqueueJobs } from "./enqueue-jobs.ts";
import { prepareGetCursor } from "./get-cursor.ts";
import { prepareSettleJob } from "./settle-job.ts";
import { prepareTaskVersion } from "./task-version.ts";

/** What became of a unit, and whom to wake for it. */
export interface Committed {
  readonly result: CommitResult;
  readonly wakes: ReadonlySet<WakeReason>;
}

/**
 * One unit in one transaction. A duplicate event is looked for first, so that a call repeated after a crash is told so,
 * even though its lease is settled and its version outdated by then. Refusals come before the first write.
 */
export function prepareCommitUnit(connection: Connection, { now, ports }: WriteTools): (unit: Unit) => Committed {
  const log = prepareAppendEvents(connection);
  const versionOf = prepareTaskVersion(connection);
  const settling = prepareSettleJob(connection, now);
  const cursor = prepareGetCursor(connection);
  const apply = prepareApplyWrites(connection, { now, ports });
  const cancel = prepareCancelJobs(connection, now);
  const enqueue = prepareEnqueueJobs(connection, now);

  function refusal(unit: Unit): Exclude<CommitResult, { ok: true }> | undefined {
    const earlier = log.firstDuplicate(unit.events ?? []);
    if (earlier !== undefined) return { ok: false, why: "duplicate", of: earlier };
    if (unit.holding !== undefined && settling.queueHeldBy(unit.holding) === undefined) {
      return { ok: false, why: "fenced" };
    }
    const { expect } = unit;
    if (expect !== undefined && versionOf(expect.task) !== expect.version) return { ok: false, why: "conflict" };
    const writes = unit.writes ?? [];
    return writes.some(isOutdated) || ports.collides(writes) ? { ok: false, why: "conflict" } : undefined;
  }

  function isOutdated(write: DomainWrite): boolean {
    if (write.kind !== "cursor:put" || write.was === undefined) return false;
    return !isDeepStrictEqual(cursor(write.name) ?? null, write.was);
  }

  return (unit) => {
    if (unit.settle !== undefined && unit.holding === undefined) {
      throw orchError("internal", "A unit settles a lease that it does not hold.");
    }
    return connection.write(() => {
      const refused = refusal(unit);
      if (refused !== undefined) return { result: refused, wakes: new Set<WakeReason>() };
      const wakes = new Set<WakeReason>();
      if (unit.holding !== undefined && unit.settle !== undefined) {
        wakes.add(settling.settle(unit.holding, unit.settle));
      }
      for (const queue of cancel(unit.cancel ?? [])) wakes.add(queue);
      apply(unit.writes ?? []);
      for (const queue of enqueue(unit.enqueue ?? [])) wakes.add(queue);
      const seq = log.append(unit.events ?? []);
      if (unit.events !== undefined && unit.events.length > 0) wakes.add("events");
      return { result: { ok: true, seq }, wakes };
    });
  };
}
