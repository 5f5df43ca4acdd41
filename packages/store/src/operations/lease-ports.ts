import { blocksTouch, taskKey, type DomainWrite, type PortBlock, type PortLease, type TaskRef } from "@orch/core";

import { and, asc, eq, sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { parseRef } from "../parse-rows.ts";
import { placeholders } from "../placeholders.ts";
import { portLeases } from "../schema.ts";

/** Ports of tasks. Call what writes inside a transaction. */
export interface PortLeasing {
  /** Lowest first; with `task`, of that one alone. */
  readonly list: (task?: TaskRef) => readonly PortLease[];
  /** True when a unit would give a port to two tasks, or a task a second block. */
  readonly collides: (writes: readonly DomainWrite[]) => boolean;
  readonly lease: (task: TaskRef, block: PortBlock) => void;
  readonly free: (task: TaskRef) => void;
}

/** Prepares all that is done with ports. */
export function preparePortLeasing({ orm }: Connection): PortLeasing {
  const all = orm.select().from(portLeases).orderBy(asc(portLeases.first)).prepare();
  const insert = orm
    .insert(portLeases)
    .values(placeholders("first", "count", "project", "task"))
    .prepare();
  const ofTask = and(eq(portLeases.project, sql.placeholder("project")), eq(portLeases.task, sql.placeholder("id")));
  const remove = orm.delete(portLeases).where(ofTask).prepare();

  const one = orm.select().from(portLeases).where(ofTask).prepare();

  function list(task?: TaskRef): readonly PortLease[] {
    const rows = task === undefined ? all.all() : one.all({ project: task.project, id: task.id });
    return rows.map((row) => ({
      ...parseRef(row, { table: "port_leases", key: String(row.first) }),
      first: row.first,
      count: row.count,
    }));
  }

  return {
    list,
    collides(writes) {
      const wanted = writes.filter((write) => write.kind === "ports:lease");
      if (wanted.length === 0) return false;
      const known = list();
      return wanted.some(({ task, block }) =>
        known.some((lease) => blocksTouch(lease, block) || taskKey(lease) === taskKey(task)),
      );
    },
    lease({ project, id }, { first, count }) {
      insert.run({ first, count, project, task: id });
    },
    free({ project, id }) {
      remove.run({ project, id });
    },
  };
}
