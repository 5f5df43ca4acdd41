import type { Task } from "@orch/core";

import { and, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { dependencies, tasks } from "../schema.ts";

/** Writes a task, new or known, and its dependencies. Call it inside a transaction. */
export function preparePutTask({ orm }: Connection): (task: Task) => void {
  function replaceDependencies(task: Task): void {
    const { project, id } = task;
    const mine = and(eq(dependencies.project, project), eq(dependencies.task, id));
    const before = orm.select({ on: dependencies.dependsOn }).from(dependencies).where(mine).all();
    const wanted = new Set<string>(task.dependsOn);
    if (before.length === wanted.size && before.every(({ on }) => wanted.has(on))) return;
    orm.delete(dependencies).where(mine).run();
    for (const dependsOn of wanted) orm.insert(dependencies).values({ project, task: id, dependsOn }).run();
  }

  return (task) => {
    const { project, id, status, version } = task;
    const changing = {
      status,
      version,
      source: task.source.kind,
      parent: task.parent ?? null,
      task: JSON.stringify(task),
    };
    orm
      .insert(tasks)
      .values({ project, id, ...changing })
      .onConflictDoUpdate({ target: [tasks.project, tasks.id], set: changing })
      .run();
    replaceDependencies(task);
  };
}
