import type { LabelSettings, Task } from "@orch/core";

import { lifecycleLabel, statusLabel } from "./label-status.ts";

/** A label of which an issue has one at most: this one, none of orch's own, or as it is. */
export type SingleLabel =
  | { readonly kind: "is"; readonly label: string }
  | { readonly kind: "none" }
  | { readonly kind: "stays" };

/** The labels that orch wants on a task's issue. */
export interface ShownLabels {
  /** Absent: no status is shown, as for a cancelled task. */
  readonly status?: string;
  /** With the profile `hub`, where the second seed has a word for the status. */
  readonly lifecycle?: string;
  readonly agent: SingleLabel;
  readonly complexity: SingleLabel;
}

/** The labels that a task's state asks for. */
export function shownLabels(task: Task, { names, profile }: LabelSettings): ShownLabels {
  const lifecycle = profile === "hub" ? lifecycleLabel(task.status, names) : undefined;
  return {
    ...(task.status === "cancelled" ? {} : { status: statusLabel(task.status, names) }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...assigned(task, names),
  };
}

function assigned(task: Task, names: LabelSettings["names"]): Pick<ShownLabels, "agent" | "complexity"> {
  if (task.status === "routed" || task.status === "in_progress") {
    const { agent, complexity } = task.assignment;
    return {
      agent: { kind: "is", label: `${names.agent}${agent}` },
      complexity: { kind: "is", label: `${names.complexity}${complexity}` },
    };
  }
  // A task that waits for the router has no agent any more; one that is through shows who it was.
  const kind = task.status === "new" ? "none" : "stays";
  return { agent: { kind }, complexity: { kind } };
}
