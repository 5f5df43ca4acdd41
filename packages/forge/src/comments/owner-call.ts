import { meaningOf, type Attempt, type Task } from "@orch/core";

import { shownLine, type Neutralise } from "../text/shown-text.ts";

/**
 * The comment that calls whoever owns reviews to a task that needs a person, although its last attempt passed: the
 * comment about the attempt was there before, and calls nobody. Undefined: nobody has to be called, or that one does.
 */
export function ownerCall(
  view: { readonly task: Task; readonly attempt?: Attempt; readonly owner?: string },
  { neutral }: { readonly neutral: Neutralise },
): string | undefined {
  const { task, attempt, owner } = view;
  if (owner === undefined || task.status !== "needs_review" || attempt?.verdict?.kind !== "pass") return undefined;
  const { reason, detail } = task;
  // Whoever stopped it knows.
  if (reason === "held" || reason === "interrupted") return undefined;
  const pull = task.pull === undefined ? "" : ` Its pull request is #${task.pull.number}.`;
  const why = `${meaningOf(reason).summary} ${shownLine(detail, { neutral, most: 1000 })}`.trim();
  return `@${owner}: a person has to look (\`${reason}\`): ${why}${pull}`;
}
