import type { Task, TaskFilter } from "@orch/core";

import { and, desc, eq, inArray } from "#drizzle";

import type { Connection } from "../connection.ts";
import { bounded } from "../page.ts";
import { parseTask } from "../parse-rows.ts";
import { tasks } from "../schema.ts";

/** The tasks that meet all conditions of the filter, newest first. */
export function prepareListTasks({ orm }: Connection): (filter: TaskFilter) => readonly Task[] {
  return ({ project, statuses, source, parent, limit }) =>
    orm
      .select({ project: tasks.project, id: tasks.id, task: tasks.task })
      .from(tasks)
      .where(
        and(
          project === undefined ? undefined : eq(tasks.project, project),
          statuses === undefined ? undefined : inArray(tasks.status, [...statuses]),
          source === undefined ? undefined : eq(tasks.source, source),
          parent === undefined ? undefined : eq(tasks.parent, parent),
        ),
      )
      .orderBy(desc(tasks.position))
      .limit(bounded(limit))
      .all()
      .map((row) => parseTask(row.task, { table: "tasks", key: `${row.project}#${row.id}` }));
}
