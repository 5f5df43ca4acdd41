import type { Attempt, ForgeIssue, Receipt, Task } from "@orch/core";
import {
  resultComment as resultText,
  statusComment as statusText,
  responseMark,
  statusMark,
  waitingComment,
  type IntakeDecision,
} from "@orch/forge";
import { neutraliseOutput as neutral } from "@orch/security";

import { markerOf, type Site } from "./site.ts";

/** A comment with the mark by which orch finds it again. */
export interface MarkedComment {
  readonly marker: string;
  readonly body: string;
}

interface Standing {
  readonly task: Task;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
}

/** How a task stands (seed rows A21, B51). What changes by itself, such as the time, is left out: the comment is edited when something happened. */
export function statusWords({ task, attempts }: Standing): string {
  const attempt = attempts.at(-1);
  const pull = task.pull === undefined ? {} : { pull: task.pull };
  const view = { task, now: task.updatedAt, ...pull, ...(attempt === undefined ? {} : { attempt }) };
  return statusText(view, { neutral });
}

/** The one comment that tells how a task stands. */
export function statusComment(site: Site, standing: Standing): MarkedComment {
  const { task } = standing;
  return { marker: markerOf(site, statusMark(task), Number(task.id)), body: statusWords(standing) };
}

/** What one attempt came to. */
export function resultComment(
  site: Site,
  input: { readonly task: Task; readonly attempt: Attempt; readonly receipts: readonly Receipt[] },
): MarkedComment {
  const { owner } = site.settings.review;
  const body = resultText({ ...input, ...(owner === undefined ? {} : { owner }) }, { neutral });
  const { task, attempt } = input;
  return { marker: markerOf(site, responseMark(task, attempt.attempt), Number(task.id)), body };
}

/** Why a stranger's issue waits, and what somebody who may has to say; the comment becomes the task's status later. */
export function waitsComment(
  site: Site,
  { issue, decision }: { readonly issue: ForgeIssue; readonly decision: Extract<IntakeDecision, { kind: "wait" }> },
): MarkedComment {
  const ref = { project: site.forge.project, id: issue.id };
  return { marker: markerOf(site, statusMark(ref), Number(issue.id)), body: waitingComment(decision) };
}
