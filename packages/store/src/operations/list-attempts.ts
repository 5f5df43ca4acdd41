import type { Attempt, TaskRef } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseAttempt } from "../parse-rows.ts";
import { given } from "../placeholders.ts";
import { attempts } from "../schema.ts";

/** The attempts of a task, oldest first. */
export function prepareListAttempts({ orm }: Connection): (ref: TaskRef) => readonly Attempt[] {
  const query = orm
    .select()
    .from(attempts)
    .where(and(eq(attempts.project, given("project")), eq(attempts.task, given("id"))))
    .orderBy(asc(attempts.number))
    .prepare();
  return ({ project, id }) =>
    query
      .all({ project, id })
      .map(({ attempt, number }) =>
        parseAttempt(attempt, { table: "attempts", key: attemptKey({ project, id, attempt: number }) }),
      );
}
