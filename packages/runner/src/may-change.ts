import { isPlanning, trustRules, type Task } from "@orch/core";

/** Whether the agent of an attempt may change its clone: not while nobody has read the task, nor while it is divided. */
export function mayChange(task: Task): boolean {
  return trustRules(task).writes && !isPlanning(task);
}
