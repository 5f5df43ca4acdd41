import type { Task, TaskFilter } from "@orch/core";

import type { Connection } from "../connection.ts";
import { bounded } from "../page.ts";
import { parseTask } from "../parse-rows.ts";

interface Row {
  readonly project: string;
  readonly id: string;
  readonly task: string;
}

/** The tasks that meet all conditions of the filter, newest first. */
export function prepareListTasks({ raw }: Connection): (filter: TaskFilter) => readonly Task[] {
  // A statement for each shape of a filter: they are few, and each is asked for again and again.
  const prepared = new Map<string, ReturnType<typeof prepare>>();

  // For the plus see `given`.
  function prepare(condition: string) {
    return raw.prepare<(string | number)[], Row>(
      `SELECT project, id, task FROM tasks ${condition} ORDER BY position DESC LIMIT +?`,
    );
  }

  return ({ project, statuses, source, parent, limit }) => {
    const conditions = [
      ...(project === undefined ? [] : ["project = +?"]),
      ...(statuses === undefined ? [] : [`status IN (${statuses.map(() => "+?").join()})`]),
      ...(source === undefined ? [] : ["source = +?"]),
      ...(parent === undefined ? [] : ["parent = +?"]),
    ];
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const query = prepared.get(where) ?? prepare(where);
    prepared.set(where, query);
    const values = [project, ...(statuses ?? []), source, parent].filter((value) => value !== undefined);
    return query
      .all(...values, bounded(limit))
      .map((row) => parseTask(row.task, { table: "tasks", key: `${row.project}#${row.id}` }));
  };
}
