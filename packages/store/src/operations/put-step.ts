import type { StepRecord } from "@orch/core";

import type { Connection } from "../connection.ts";
import { excluded } from "../excluded.ts";
import { placeholders } from "../placeholders.ts";
import { steps } from "../schema.ts";

/** Writes the record of a step, new or known. */
export function preparePutStep({ orm }: Connection): (record: StepRecord) => void {
  const put = orm
    .insert(steps)
    .values(placeholders("project", "task", "attempt", "name", "startedAt", "step"))
    .onConflictDoUpdate({
      target: [steps.project, steps.task, steps.attempt, steps.name],
      set: { startedAt: excluded(steps.startedAt), step: excluded(steps.step) },
    })
    .prepare();
  return (record) => {
    const { project, id: task, attempt, step: name, startedAt } = record;
    put.run({ project, task, attempt, name, startedAt, step: JSON.stringify(record) });
  };
}
