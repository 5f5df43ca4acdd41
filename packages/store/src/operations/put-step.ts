import type { StepRecord } from "@orch/core";

import type { Connection } from "../connection.ts";
import { steps } from "../schema.ts";

/** Writes the record of a step, new or known. */
export function preparePutStep({ orm }: Connection): (record: StepRecord) => void {
  return (record) => {
    const { project, id, attempt, step: name, startedAt } = record;
    const changing = { startedAt, step: JSON.stringify(record) };
    orm
      .insert(steps)
      .values({ project, task: id, attempt, name, ...changing })
      .onConflictDoUpdate({ target: [steps.project, steps.task, steps.attempt, steps.name], set: changing })
      .run();
  };
}
