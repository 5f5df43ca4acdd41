import {
  addUsage,
  issueNumberOf,
  noUsage,
  type Attempt,
  type ForgeIssue,
  type Receipt,
  type Task,
  type Usage,
} from "@orch/core";
import {
  callAnswer,
  callMark,
  ownerCall,
  replyMark,
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
  /** What people should know, one sentence each; absent: nothing. */
  readonly notes?: readonly string[];
  /** Epoch milliseconds; absent: when something happened last. */
  readonly now?: number;
}

/** How a task stands (seed rows A21, B51): as of its last move, so that it reads the same until the next one, or as of `now`. */
export function statusWords({ task, attempts, notes = [], now = task.updatedAt }: Standing): string {
  const attempt = attempts.at(-1);
  const pull = task.pull === undefined ? {} : { pull: task.pull };
  const view = {
    task,
    now,
    notes,
    ...pull,
    ...budgetOf(task, attempts),
    ...(attempt === undefined ? {} : { attempt, usage: usageOf(attempts), lastEvent: lastEventOf(attempt) }),
  };
  return statusText(view, { neutral });
}

function usageOf(attempts: readonly Attempt[]): Usage {
  return attempts.reduce((sum, { usage }) => addUsage(sum, usage), noUsage);
}

function lastEventOf({ attempt, startedAt, endedAt, verdict }: Attempt): {
  readonly text: string;
  readonly at: number;
} {
  if (endedAt === undefined) return { text: `attempt ${attempt} began`, at: startedAt };
  const end = verdict?.kind === "pass" ? "passed" : (verdict?.reason ?? "ended");
  return { text: `attempt ${attempt}: ${end}`, at: endedAt };
}

/** What the attempt that runs may take of the time that all of them have together. */
function budgetOf({ pace }: Task, attempts: readonly Attempt[]): { readonly budgetMs?: number } {
  if (pace?.budgetMs === undefined) return {};
  const before = attempts
    .slice(0, -1)
    .reduce((sum, { startedAt, endedAt = startedAt }) => sum + endedAt - startedAt, 0);
  return { budgetMs: Math.max(pace.budgetMs - before, 1) };
}

/** The one comment that tells how a task stands. */
export function statusComment(site: Site, standing: Standing): MarkedComment {
  const { task } = standing;
  return { marker: markerOf(site, statusMark(task), issueNumberOf(task)), body: statusWords(standing) };
}

/** What one attempt came to. */
export function resultComment(
  site: Site,
  input: { readonly task: Task; readonly attempt: Attempt; readonly receipts: readonly Receipt[] },
): MarkedComment {
  const { owner } = site.settings.review;
  const body = resultText({ ...input, ...(owner === undefined ? {} : { owner }) }, { neutral });
  const { task, attempt } = input;
  return { marker: markerOf(site, responseMark(task, attempt.attempt), issueNumberOf(task)), body };
}

/** The call to whoever owns reviews; undefined: nobody has to come, or another comment calls them. */
export function ownerComment(
  site: Site,
  { task, attempt }: { readonly task: Task; readonly attempt: Attempt },
): MarkedComment | undefined {
  const { owner } = site.settings.review;
  const body = ownerCall({ task, attempt, ...(owner === undefined ? {} : { owner }) }, { neutral });
  if (body === undefined || task.status !== "needs_review") return undefined;
  const mark = callMark(task, { attempt: attempt.attempt, reason: task.reason });
  return { marker: markerOf(site, mark, issueNumberOf(task)), body };
}

/** The answer to whoever called orch in a comment, and where; undefined: nobody did, or it goes on. */
export function callComment(
  site: Site,
  { task, attempt }: { readonly task: Task; readonly attempt: Attempt | undefined },
): (MarkedComment & { readonly thread: number }) | undefined {
  const { kind, id, thread } = task.source;
  if (kind !== "mention" || id === undefined || thread === undefined) return undefined;
  const body = callAnswer({ task, ...(attempt === undefined ? {} : { attempt }) }, { neutral });
  return body === undefined ? undefined : { thread, marker: markerOf(site, replyMark(Number(id)), thread), body };
}

/** Why a stranger's issue waits, and what somebody who may has to say; the comment becomes the task's status later. */
export function waitsComment(
  site: Site,
  { issue, decision }: { readonly issue: ForgeIssue; readonly decision: Extract<IntakeDecision, { kind: "wait" }> },
): MarkedComment {
  const ref = { project: site.forge.project, id: issue.id };
  return { marker: markerOf(site, statusMark(ref), Number(issue.id)), body: waitingComment(decision) };
}
