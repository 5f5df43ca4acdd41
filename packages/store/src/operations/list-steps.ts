import type { AttemptRef, StepRecord } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseStep } from "../parse-rows.ts";
import { given } from "../placeholders.ts";
import { steps } from "../schema.ts";

/** The steps of an attempt, in the order of their start. */
export function prepareListSteps({ orm }: Connection): (ref: AttemptRef) => readonly StepRecord[] {
  const query = orm
    .select()
    .from(steps)
    .where(and(eq(steps.project, given("project")), eq(steps.task, given("id")), eq(steps.attempt, given("attempt"))))
    .orderBy(asc(steps.startedAt), asc(steps.position))
    .prepare();
  return (ref) =>
    query
      .all({ ...ref })
      .map(({ step, name }) => parseStep(step, { table: "steps", key: `${attemptKey(ref)}/${name}` }));
}
