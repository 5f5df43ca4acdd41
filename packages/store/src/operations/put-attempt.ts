import type { Attempt } from "@orch/core";

import type { Connection } from "../connection.ts";
import { excluded } from "../excluded.ts";
import { placeholders } from "../placeholders.ts";
import { attempts } from "../schema.ts";

/** Writes an attempt, new or known. */
export function preparePutAttempt({ orm }: Connection): (attempt: Attempt) => void {
  const put = orm
    .insert(attempts)
    .values(placeholders("project", "task", "number", "attempt"))
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
