import { meaningOf, type Attempt, type Task } from "@orch/core";

import { bounded } from "../text/bounded.ts";
import { shownLine, shownText, type Neutralise } from "../text/shown-text.ts";

/** What the answer to a call is made from. */
export interface CallView {
  readonly task: Task;
  /** The last one that ended. */
  readonly attempt?: Attempt;
}

/** The one answer to a person who called orch in a comment; undefined: there is nothing to tell yet. */
export function callAnswer(
  { task, attempt }: CallView,
  { neutral }: { readonly neutral: Neutralise },
): string | undefined {
  const end = endOf(task, neutral);
  if (end === undefined) return undefined;
  const summary = attempt?.report?.summary;
  return bounded([summary === undefined ? undefined : shownText(summary, { neutral }), ...end]);
}

/** The sentences below what its agent says; undefined: it goes on. */
function endOf(task: Task, neutral: Neutralise): readonly string[] | undefined {
  const pull = task.pull === undefined ? undefined : `#${task.pull.number}`;
  switch (task.status) {
    case "in_review":
      return [pull === undefined ? "A result waits for review." : `The result is ${pull}.`];
    case "needs_review":
      return [`A person has to look (\`${task.reason}\`): ${needed(task, neutral)}`];
    case "cancelled":
      return [`It was cancelled. ${shownLine(task.why, { neutral })}`.trim()];
    case "done":
      if (task.outcome.kind === "unchanged") return [];
      if (task.outcome.kind === "merged") return [`Merged${pull === undefined ? "" : ` with ${pull}`}.`];
      return [pull === undefined ? "Done." : `Done, with ${pull}.`];
    default:
      return undefined;
  }
}

function needed(task: Extract<Task, { status: "needs_review" }>, neutral: Neutralise): string {
  return `${meaningOf(task.reason).summary} ${shownLine(task.detail, { neutral, most: 1000 })}`.trim();
}
