import type { Attempt, AttemptRef } from "@orch/core";

import { and, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseAttempt } from "../parse-rows.ts";
import { placeholders } from "../placeholders.ts";
import { attempts } from "../schema.ts";

/** One attempt. */
export function prepareGetAttempt({ orm }: Connection): (ref: AttemptRef) => Attempt | undefined {
  const { project, id, attempt } = placeholders("project", "id", "attempt");
  const query = orm
    .select()
    .from(attempts)
    .where(and(eq(attempts.project, project), eq(attempts.task, id), eq(attempts.number, attempt)))
    .prepare();
  return (ref) => {
    const row = query.get({ ...ref });
    return row === undefined ? undefined : parseAttempt(row.attempt, { table: "attempts", key: attemptKey(ref) });
  };
}
