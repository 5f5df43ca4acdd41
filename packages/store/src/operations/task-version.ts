import type { TaskRef } from "@orch/core";

import { and, eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { tasks } from "../schema.ts";

/** The version of a task; 0: there is none. */
export function prepareTaskVersion({ orm }: Connection): (ref: TaskRef) => number {
  const query = orm
    .select({ version: tasks.version })
    .from(tasks)
    .where(and(eq(tasks.project, sql.placeholder("project")), eq(tasks.id, sql.placeholder("id"))))
    .prepare();
  return ({ project, id }) => query.get({ project, id })?.version ?? 0;
}
