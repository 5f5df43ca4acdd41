import { orchError, type ProjectId } from "@orch/core";

import { sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { counters } from "../schema.ts";

/** Draws a number that was never given out before in this project. */
export function prepareNextTaskNumber({ orm, write }: Connection): (project: ProjectId) => number {
  return (project) =>
    write(() => {
      const drawn = orm
        .insert(counters)
        .values({ project, value: 1 })
        .onConflictDoUpdate({ target: counters.project, set: { value: sql`${counters.value} + 1` } })
        .returning({ value: counters.value })
        .get();
      if (drawn === undefined) throw orchError("store_failed", "The database gave no task number.");
      return drawn.value;
    });
}
