import { isSettled, type ForgeIssue, type Task, type TaskEvent, type TaskId, type TaskStatus } from "@orch/core";

import type { Blockers } from "./blockers.ts";
import type { Considered } from "./intake.ts";
import { seenIssue, type ReadIssue, type SeenIssue } from "./issue-words.ts";
import type { Site } from "./site.ts";

/** An issue with its task, and what was seen of it before. */
export interface KnownIssue {
  readonly site: Site;
  readonly issue: ForgeIssue;
  readonly read: ReadIssue;
  readonly considered: Considered;
  readonly task: Task;
  readonly blockers: Blockers | undefined;
  readonly seen: SeenIssue | undefined;
  /** It was closed at the end of its task, and is not any more. */
  readonly isOpenedAgain: boolean;
}

const NOT_BEGUN: ReadonlySet<TaskStatus> = new Set(["new", "routed", "blocked"]);

/** What an issue's change means for its task. */
export function eventsFor(known: KnownIssue): readonly TaskEvent[] {
  const { issue, task, read, seen } = known;
  const by = byOf(known);
  if (issue.state === "closed") {
    return isSettled(task.status) ? [] : [{ type: "task:closed", by, as: issue.closedAs ?? "completed" }];
  }
  if (isSettled(task.status)) {
    return seen?.state === "closed" || known.isOpenedAgain ? [{ type: "task:reopened", by }] : [];
  }
  const { excluded } = read.labels;
  if (excluded !== undefined && task.status !== "needs_review" && task.status !== "in_review") {
    return [{ type: "task:held", by, why: `the label ${known.site.settings.labels.names[excluded]}` }];
  }
  // A status that a person put there is a wish; any other is put right when the task is shown next.
  const isWaiting = task.status === "needs_review" || task.status === "in_review";
  if (read.labels.status === "new" && isWaiting && seen !== undefined) return [{ type: "task:retried", by }];
  return [...edits(known), ...waits(known)];
}

function byOf({ issue }: KnownIssue): string {
  return `github:${issue.author.login}`;
}

/** A stranger's text is the one that was approved, until another one is. Labels are put by those who may. */
export function countsText({ task, considered }: Pick<KnownIssue, "task" | "considered">): boolean {
  return task.trust === undefined || task.trust === "trusted" || considered.isNewlyApproved;
}

function edits(known: KnownIssue): readonly TaskEvent[] {
  const { issue, task, read, considered, seen } = known;
  if (seen === undefined) return [];
  const now = seenIssue(issue, read, undefined);
  const by = byOf(known);
  const hasNewText = countsText(known) && (considered.isNewlyApproved || now.text !== seen.text);
  const trusted: readonly TaskEvent[] =
    considered.isNewlyApproved && task.trust === "untrusted" ? [{ type: "task:trusted", by, tier: "reviewed" }] : [];
  if (!hasNewText && now.labels === seen.labels) return trusted;
  const { title, body } = hasNewText ? read.words : task;
  return [{ type: "task:edited", by, words: { ...read.words, title, body } }, ...trusted];
}

/** What is named for the first time holds the task up; what is not named any more lets it go. */
function waits({ task, blockers, seen }: KnownIssue): readonly TaskEvent[] {
  if (blockers === undefined || seen?.named === undefined) return [];
  const before = seen.named;
  const isNew = (id: TaskId): boolean => !before.includes(id) && !task.dependsOn.includes(id);
  const added = blockers.open
    .filter(isNew)
    .filter((id) => !blockers.children.includes(id) || NOT_BEGUN.has(task.status));
  const removed = before.filter((id) => !blockers.named.includes(id) && task.dependsOn.includes(id));
  return [
    ...(added.length === 0 ? [] : [{ type: "dependencies:added", ids: added } as const]),
    ...(removed.length === 0 ? [] : [{ type: "dependencies:removed", ids: removed } as const]),
  ];
}
