import { taskKey, type CommitSha, type ForgeUser, type Reason, type TaskRef } from "@orch/core";

/** What a hidden mark of orch's says; signed and verified by `@orch/security`. */
export interface Mark {
  readonly kind: MarkKind;
  readonly subject: string;
}

/** What orch marks: what it says itself on a forge, so that it finds it again and never takes it for a person's. */
export const markKinds = {
  status: "The one comment that shows how a task is.",
  "agent-response": "The one comment that says what an attempt came to.",
  reply: "The one answer to a person's comment.",
  call: "The comment that calls whoever owns reviews.",
  message: "An agent's message that is mirrored as a comment.",
  "follow-up": "The comment that says which tasks a review became.",
  part: "An issue that orch opened as a part of another.",
  review: "A review that orch gave of one commit.",
  pull: "The pull request of a task.",
  task: "The issue that a task which began on the command line became.",
} as const;

/** A kind of mark. */
export type MarkKind = keyof typeof markKinds;

/** Where a mark on an issue or a pull request stands; a mark that is copied elsewhere is none. */
export function markPlace(repository: string, thread?: number): string {
  const place = `github:${repository.toLowerCase()}`;
  return thread === undefined ? place : `${place}#${thread}`;
}

/** The one comment that shows a task's state. */
export function statusMark(ref: TaskRef): Mark {
  return { kind: "status", subject: taskKey(ref) };
}

/** The one comment that says what an attempt came to. */
export function responseMark(ref: TaskRef, attempt: number): Mark {
  return { kind: "agent-response", subject: `${taskKey(ref)}/${attempt}` };
}

/** The comment that calls whoever owns reviews: once for what a task waits for after an attempt. */
export function callMark(ref: TaskRef, { attempt, reason }: { attempt: number; reason: Reason }): Mark {
  return { kind: "call", subject: `${taskKey(ref)}/${attempt}/${reason}` };
}

/** The one answer to a person's comment. */
export function replyMark(comment: number): Mark {
  return { kind: "reply", subject: String(comment) };
}

/** Which tasks a review became. */
export function followUpMark(pull: number, review: number): Mark {
  return { kind: "follow-up", subject: `${pull}/${review}` };
}

/** An agent's message that is mirrored; `sequence` is its number among the events of the attempt. */
export function messageMark(ref: TaskRef, { attempt, sequence }: { attempt: number; sequence: number }): Mark {
  return { kind: "message", subject: `${taskKey(ref)}/${attempt}/${sequence}` };
}

/** An issue that orch opened as a part of a task, in no thread yet: its place is the repository. */
export function partMark(parent: TaskRef, key: string): Mark {
  return { kind: "part", subject: `${taskKey(parent)}/${key}` };
}

/** The issue that a task which began here became; its place is the repository. */
export function taskMark(ref: TaskRef): Mark {
  return { kind: "task", subject: taskKey(ref) };
}

/** A review that orch submitted of a commit; `round` tells several of the same one apart. */
export function reviewMark(pull: number, { commit, round }: { commit: CommitSha; round: number }): Mark {
  return { kind: "review", subject: `${pull}/${commit}/${round}` };
}

/** The pull request of a task. */
export function pullMark(ref: TaskRef): Mark {
  return { kind: "pull", subject: taskKey(ref) };
}

/**
 * True for what orch said itself: it holds a mark that verified, or its author is orch's own program. A person's token
 * makes orch speak as that person, so their login alone tells nothing.
 */
export function isOwnText(
  { author, marked }: { readonly author: ForgeUser; readonly marked: boolean },
  self: ForgeUser,
): boolean {
  return marked || (self.isBot && author.id === self.id);
}
