import type { Attempt } from "@orch/core";

import type { Connection } from "../connection.ts";
import { attempts } from "../schema.ts";

/** Writes an attempt, new or known. */
export function preparePutAttempt({ orm }: Connection): (attempt: Attempt) => void {
  return (attempt) => {
    const { project, id, attempt: number } = attempt;
    const text = JSON.stringify(attempt);
    orm
      .insert(attempts)
      .values({ project, task: id, number, attempt: text })
      .onConflictDoUpdate({ target: [attempts.project, attempts.task, attempts.number], set: { attempt: text } })
      .run();
  };
}
