import type { AttemptRef, StepRecord } from "@orch/core";

import { and, asc, eq } from "#drizzle";

import type { Connection } from "../connection.ts";
import { attemptKey, parseStep } from "../parse-rows.ts";
import { steps } from "../schema.ts";

/** The steps of an attempt, in the order of their start. */
export function prepareListSteps({ orm }: Connection): (ref: AttemptRef) => readonly StepRecord[] {
  return (ref) =>
    orm
      .select()
      .from(steps)
      .where(and(eq(steps.project, ref.project), eq(steps.task, ref.id), eq(steps.attempt, ref.attempt)))
      .orderBy(asc(steps.startedAt), asc(steps.position))
      .all()
      .map(({ step, name }) => parseStep(step, { table: "steps", key: `${attemptKey(ref)}/${name}` }));
}
