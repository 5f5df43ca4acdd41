import { taskStatuses, type ProjectId, type TaskStatus } from "@orch/core";

import { count, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { tasks } from "../schema.ts";
import { corruptRow } from "../store-errors.ts";

/** How many tasks have each status, from an index alone. */
export function prepareCountTasks({
  orm,
}: Connection): (project: ProjectId | undefined) => Partial<Readonly<Record<TaskStatus, number>>> {
  return (project) => {
    const rows = orm
      .select({ status: tasks.status, count: count() })
      .from(tasks)
      .where(project === undefined ? undefined : eq(tasks.project, project))
      .groupBy(tasks.status)
      .all();
    return Object.fromEntries(rows.map((row) => [statusOf(row.status), row.count]));
  };
}

function statusOf(text: string): TaskStatus {
  const status = taskStatuses.find((known) => known === text);
  if (status === undefined) throw corruptRow("tasks", `with status ${text}`);
  return status;
}
