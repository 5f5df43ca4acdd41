import type { Task } from "@orch/core";

import { and, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { excluded } from "../excluded.ts";
import { placeholders } from "../placeholders.ts";
import { dependencies, tasks } from "../schema.ts";

/** Writes a task, new or known, and its dependencies. Call it inside a transaction. */
export function preparePutTask({ orm }: Connection): (task: Task) => void {
  const { project, id } = placeholders("project", "id");
  const put = orm
    .insert(tasks)
    .values(placeholders("project", "id", "status", "version", "source", "parent", "task"))
    .onConflictDoUpdate({
      target: [tasks.project, tasks.id],
      set: {
        status: excluded(tasks.status),
        version: excluded(tasks.version),
        source: excluded(tasks.source),
        parent: excluded(tasks.parent),
        task: excluded(tasks.task),
      },
    })
    .prepare();
  const known = orm
    .select({ on: dependencies.dependsOn })
    .from(dependencies)
    .where(and(eq(dependencies.project, project), eq(dependencies.task, id)))
    .prepare();

  function replaceDependencies(task: Task): void {
    const { project, id } = task;
    const before = known.all({ project, id });
    const wanted = new Set<string>(task.dependsOn);
    if (before.length === wanted.size && before.every(({ on }) => wanted.has(on))) return;
    orm
      .delete(dependencies)
      .where(and(eq(dependencies.project, project), eq(dependencies.task, id)))
      .run();
    for (const dependsOn of wanted) orm.insert(dependencies).values({ project, task: id, dependsOn }).run();
  }

  return (task) => {
    const { project, id, status, version, source, parent = null } = task;
    put.run({ project, id, status, version, source: source.kind, parent, task: JSON.stringify(task) });
    replaceDependencies(task);
  };
}
