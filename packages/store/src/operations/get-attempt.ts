import type { Attempt, AttemptRef } from "@orch/core";

import { and, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseAttempt } from "../parse-rows.ts";
import { attempts } from "../schema.ts";

/** One attempt. */
export function prepareGetAttempt({ orm }: Connection): (ref: AttemptRef) => Attempt | undefined {
  return (ref) => {
    const { project, id, attempt: number } = ref;
    const row = orm
      .select()
      .from(attempts)
      .where(and(eq(attempts.project, project), eq(attempts.task, id), eq(attempts.number, number)))
      .get();
    return row === undefined ? undefined : parseAttempt(row.attempt, { table: "attempts", key: attemptKey(ref) });
  };
}
