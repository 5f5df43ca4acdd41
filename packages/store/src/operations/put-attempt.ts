import type { Attempt } from "@orch/core";

import { sql } from "#drizzle";

import type { Connection } from "../connection.ts";
import { excluded } from "../excluded.ts";
import { attempts } from "../schema.ts";

/** Writes an attempt, new or known. */
export function preparePutAttempt({ orm }: Connection): (attempt: Attempt) => void {
  const put = orm
    .insert(attempts)
    .values({
      project: sql.placeholder("project"),
      task: sql.placeholder("task"),
      number: sql.placeholder("number"),
      attempt: sql.placeholder("attempt"),
    })
    .onConflictDoUpdate({
      target: [attempts.project, attempts.task, attempts.number],
      set: { attempt: excluded(attempts.attempt) },
    })
    .prepare();
  return (attempt) => {
    const { project, id: task, attempt: number } = attempt;
    put.run({ project, task, number, attempt: JSON.stringify(attempt) });
  };
}
