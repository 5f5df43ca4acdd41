import type { Task, TaskFilter } from "@orch/core";

import { and, desc, eq, inArray, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { bounded } from "../page.ts";
import { parseTask } from "../parse-rows.ts";
import { tasks } from "../schema.ts";

/** The tasks that meet all conditions of the filter, newest first. */
export function prepareListTasks({ orm }: Connection): (filter: TaskFilter) => readonly Task[] {
  function prepareFor({ project, statuses, source, parent }: TaskFilter) {
    return orm
      .select({ project: tasks.project, id: tasks.id, task: tasks.task })
      .from(tasks)
      .where(
        and(
          project === undefined ? undefined : eq(tasks.project, sql.placeholder("project")),
          statuses === undefined
            ? undefined
            : inArray(
                tasks.status,
                statuses.map((_, index) => sql.placeholder(`status${index}`)),
              ),
          source === undefined ? undefined : eq(tasks.source, sql.placeholder("source")),
          parent === undefined ? undefined : eq(tasks.parent, sql.placeholder("parent")),
        ),
      )
      .orderBy(desc(tasks.position))
      .limit(sql.placeholder("limit"))
      .prepare();
  }

  // A statement for each shape of a filter: they are few, and each is asked for again and again.
  const prepared = new Map<string, ReturnType<typeof prepareFor>>();
  return (filter) => {
    const { project, statuses, source, parent, limit } = filter;
    const shape = [project !== undefined, statuses?.length, source !== undefined, parent !== undefined].join();
    const query = prepared.get(shape) ?? prepareFor(filter);
    prepared.set(shape, query);
    const wanted = Object.fromEntries((statuses ?? []).map((status, index) => [`status${index}`, status]));
    return query
      .all({ project, source, parent, ...wanted, limit: bounded(limit) })
      .map((row) => parseTask(row.task, { table: "tasks", key: `${row.project}#${row.id}` }));
  };
}
