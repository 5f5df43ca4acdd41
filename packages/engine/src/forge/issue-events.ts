import {
  isSettled,
  type ForgeIssue,
  type Task,
  type TaskEvent,
  type TaskId,
  type TaskPins,
  type TaskStatus,
  type TaskWords,
} from "@orch/core";

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

/** Whoever it was: who did it, `saidBy` asks the forge, where it matters. */
const by = "github";

/** What an issue's change means for its task; who did it is not told yet. What it says comes before what follows. */
export function eventsFor(known: KnownIssue): readonly TaskEvent[] {
  const { issue, task, seen } = known;
  if (issue.state === "closed") {
    // What was closed before is news to nobody: it may wait for orch to open it again.
    const isNews = !isSettled(task.status) && seen?.state !== "closed";
    return [
      ...edits(known),
      ...(isNews ? [{ type: "task:closed", by, as: issue.closedAs ?? "completed" } as const] : []),
    ];
  }
  if (!isSettled(task.status)) return [...edits(known), ...waits(known), ...stops(known)];
  const begins = known.isOpenedAgain && known.read.labels.excluded === undefined;
  // What is over waits for nothing before it is taken up again.
  return [...edits(known), ...(begins ? [{ type: "task:reopened", by } as const, ...waits(known)] : [])];
}

function stops({ site, task, read, considered, seen }: KnownIssue): readonly TaskEvent[] {
  const { excluded } = read.labels;
  const { names } = site.settings.labels;
  const isHeld = task.status === "needs_review" && task.reason === "held";
  const hold = (why: string): readonly TaskEvent[] => (isHeld ? [] : [{ type: "task:held", by, why }]);
  if (excluded !== undefined) return hold(`the label ${names[excluded]}`);
  if (considered.isWithdrawn) return hold(`the label ${names.approved} was taken off`);
  // A status that a person put there is a wish; any other is put right when the task is shown next.
  const isWaiting = task.status === "needs_review" || task.status === "in_review";
  return read.labels.status === "new" && isWaiting && seen !== undefined ? [{ type: "task:retried", by }] : [];
}

/**
 * What an author writes who may write at this moment counts, whatever they might before; anybody else's text is the one
 * that was approved, until another one is. Labels are put by those who may.
 */
export function countsText({ considered }: Pick<KnownIssue, "considered">): boolean {
  return considered.author === "trusted" || considered.isNewlyApproved;
}

function edits(known: KnownIssue): readonly TaskEvent[] {
  const { issue, task, read, considered, seen } = known;
  if (seen === undefined) return [];
  const now = seenIssue(issue, read, undefined);
  const hasNewText = countsText(known) && (considered.isNewlyApproved || now.text !== seen.text);
  const trusted: readonly TaskEvent[] =
    considered.isNewlyApproved && task.trust !== "reviewed" ? [{ type: "task:trusted", by, tier: "reviewed" }] : [];
  if (!hasNewText && now.labels === seen.labels) return trusted;
  const { title, body } = hasNewText ? read.words : task;
  // With the words themselves: while an agent works, or its result waits, a change of trust alone is refused.
  const tier = trusted.length === 0 ? {} : ({ tier: "reviewed" } as const);
  return [{ type: "task:edited", by, words: { ...read.words, title, body, ...kept(known) }, ...tier }, ...trusted];
}

/** What labels say no other thing about than before stays as a command made it: `/assign`, `/priority`. */
function kept({ task, read, seen }: KnownIssue): Pick<TaskWords, "pins" | "priority"> {
  const { pins, priority } = read.words;
  const before = seen?.said ?? { pins: {}, priority: 0 };
  const stays = (pin: keyof TaskPins): boolean => pins[pin] === before.pins[pin];
  const all = ["agent", "model", "complexity"] as const satisfies readonly (keyof TaskPins)[];
  const chosen = all.map((pin) => {
    const value = stays(pin) ? task.pins[pin] : pins[pin];
    return value === undefined ? {} : { [pin]: value };
  });
  return {
    pins: Object.assign({}, ...chosen) as TaskPins,
    priority: priority === before.priority ? task.priority : priority,
  };
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
