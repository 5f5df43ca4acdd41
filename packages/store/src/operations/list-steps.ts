import type { AttemptRef, StepRecord } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseStep } from "../parse-rows.ts";
import { placeholders } from "../placeholders.ts";
import { steps } from "../schema.ts";

/** The steps of an attempt, in the order of their start. */
export function prepareListSteps({ orm }: Connection): (ref: AttemptRef) => readonly StepRecord[] {
  const { project, id, attempt } = placeholders("project", "id", "attempt");
  const query = orm
    .select()
    .from(steps)
    .where(and(eq(steps.project, project), eq(steps.task, id), eq(steps.attempt, attempt)))
    .orderBy(asc(steps.startedAt), asc(steps.position))
    .prepare();
  return (ref) =>
    query
      .all({ ...ref })
      .map(({ step, name }) => parseStep(step, { table: "steps", key: `${attemptKey(ref)}/${name}` }));
}
