import type { StoredEvent, TaskRef } from "@orch/core";

import { and, asc, eq, gt } from "#drizzle";

import type { Connection } from "../connection.ts";
import { bounded } from "../page.ts";
import { parseStoredEvent } from "../parse-rows.ts";
import { events } from "../schema.ts";

/** The log after a number, in order, of all tasks or of one. */
export function prepareListEvents({
  orm,
}: Connection): (query: {
  readonly after: number;
  readonly limit: number;
  readonly task?: TaskRef;
}) => readonly StoredEvent[] {
  return ({ after, limit, task }) =>
    orm
      .select()
      .from(events)
      .where(
        and(
          gt(events.seq, after),
          task === undefined ? undefined : and(eq(events.project, task.project), eq(events.task, task.id)),
        ),
      )
      .orderBy(asc(events.seq))
      .limit(bounded(limit))
      .all()
      .map(parseStoredEvent);
}
