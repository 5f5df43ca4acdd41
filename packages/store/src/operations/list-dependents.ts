import type { TaskRef } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseRef } from "../parse-rows.ts";
import { dependencies, tasks } from "../schema.ts";

/** The tasks of the same project that name this one in `dependsOn`, oldest first. */
export function prepareListDependents({ orm }: Connection): (ref: TaskRef) => readonly TaskRef[] {
  return ({ project, id }) =>
    orm
      .select({ project: dependencies.project, task: dependencies.task })
      .from(dependencies)
      .innerJoin(tasks, and(eq(tasks.project, dependencies.project), eq(tasks.id, dependencies.task)))
      .where(and(eq(dependencies.project, project), eq(dependencies.dependsOn, id)))
      .orderBy(asc(tasks.position))
      .all()
      .map((row) => parseRef(row, { table: "dependencies", key: `${row.project}#${row.task}` }));
}
