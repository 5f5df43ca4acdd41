import type { TaskRef } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseRef } from "../parse-rows.ts";
import { given } from "../placeholders.ts";
import { dependencies, tasks } from "../schema.ts";

/** The tasks of the same project that name this one in `dependsOn`, oldest first. */
export function prepareListDependents({ orm }: Connection): (ref: TaskRef) => readonly TaskRef[] {
  const query = orm
    .select({ project: dependencies.project, task: dependencies.task })
    .from(dependencies)
    .innerJoin(tasks, and(eq(tasks.project, dependencies.project), eq(tasks.id, dependencies.task)))
    .where(and(eq(dependencies.project, given("project")), eq(dependencies.dependsOn, given("id"))))
    .orderBy(asc(tasks.position))
    .prepare();
  return ({ project, id }) =>
    query
      .all({ project, id })
      .map((row) => parseRef(row, { table: "dependencies", key: `${row.project}#${row.task}` }));
}
