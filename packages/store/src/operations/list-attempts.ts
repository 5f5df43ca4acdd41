import type { Attempt, TaskRef } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseAttempt } from "../parse-rows.ts";
import { attempts } from "../schema.ts";

/** The attempts of a task, oldest first. */
export function prepareListAttempts({ orm }: Connection): (ref: TaskRef) => readonly Attempt[] {
  return ({ project, id }) =>
    orm
      .select()
      .from(attempts)
      .where(and(eq(attempts.project, project), eq(attempts.task, id)))
      .orderBy(asc(attempts.number))
      .all()
      .map(({ attempt, number }) =>
        parseAttempt(attempt, { table: "attempts", key: attemptKey({ project, id, attempt: number }) }),
      );
}
