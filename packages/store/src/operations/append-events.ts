import type { NewEvent, StoredEvent } from "@orch/core";

import { eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseStoredEvent } from "../parse-rows.ts";
import { placeholders } from "../placeholders.ts";
import { events } from "../schema.ts";

/** The log's part of a unit. */
export interface EventAppender {
  /** The stored event that already has the key of one of these. */
  firstDuplicate(batch: readonly NewEvent[]): StoredEvent | undefined;
  /** Appends all; gives the newest number of the log, 0 when it is empty. */
  append(batch: readonly NewEvent[]): number;
}

/** Call both inside one transaction. */
export function prepareAppendEvents({ raw, orm }: Connection): EventAppender {
  const byKey = orm
    .select()
    .from(events)
    .where(eq(events.key, sql.placeholder("key")))
    .prepare();
  const add = orm
    .insert(events)
    .values(placeholders("key", "project", "task", "at", "actor", "status", "event"))
    .prepare();
  const newest = raw.prepare<[], number | null>("SELECT max(seq) FROM events").pluck();

  return {
    firstDuplicate(batch) {
      for (const { key } of batch) {
        const row = byKey.get({ key });
        if (row !== undefined) return parseStoredEvent(row);
      }
      return undefined;
    },
    append(batch) {
      for (const { key, project, id, at, actor, status, event } of batch) {
        add.run({ key, project, task: id, at, actor, status, event: JSON.stringify(event) });
      }
      return newest.get() ?? 0;
    },
  };
}
