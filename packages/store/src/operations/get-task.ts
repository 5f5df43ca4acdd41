import type { Task, TaskRef } from "@orch/core";

import { and, eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseTask } from "../parse-rows.ts";
import { tasks } from "../schema.ts";

/** One task. */
export function prepareGetTask({ orm }: Connection): (ref: TaskRef) => Task | undefined {
  const query = orm
    .select({ task: tasks.task })
    .from(tasks)
    .where(and(eq(tasks.project, sql.placeholder("project")), eq(tasks.id, sql.placeholder("id"))))
    .prepare();
  return ({ project, id }) => {
    const row = query.get({ project, id });
    return row === undefined ? undefined : parseTask(row.task, { table: "tasks", key: `${project}#${id}` });
  };
}
