import type { Attempt, ProjectSettings, Receipt, Task } from "@orch/core";
import { evaluateGate, type GateResult } from "@orch/forge";

/** Whether a result is done by its project's definition; a project on no forge holds nothing back for that. */
export function resultGate({
  task,
  attempt,
  receipts,
  project,
}: {
  readonly task: Pick<Task, "body">;
  readonly attempt: Attempt;
  readonly receipts: readonly Receipt[];
  readonly project: ProjectSettings;
}): GateResult {
  const { grading: rules, routing, forge } = project;
  const facts = {
    task,
    attempt,
    receipts,
    ...(rules === undefined ? {} : { rules }),
    ...(routing === undefined ? {} : { skills: routing }),
  };
  return evaluateGate(facts, { mode: forge?.pull.gate ?? "off" });
}

/** True when a person approved a task's result knowing that it is not done by the definition. */
export function knowsOfGate({ approval, result }: Extract<Task, { status: "in_review" }>): boolean {
  return approval?.commit === result.commit && approval.pastGate === true;
}
