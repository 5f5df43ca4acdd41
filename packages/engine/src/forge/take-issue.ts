import {
  isSettled,
  taskKey,
  type Forge,
  type ForgeIssue,
  type ForgeSettings,
  type Task,
  type TaskEvent,
  type TaskRef,
} from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { moveTask } from "../move-task.ts";
import { asSeenIssue, readIssue, seenIssue, type ReadIssue, type SeenIssue } from "./issue-words.ts";
import { takeNewIssue } from "./new-task.ts";
import { ownLabels } from "./own-labels.ts";
import { trustOf } from "./trust.ts";

interface Taking {
  readonly forge: Forge;
  readonly issue: ForgeIssue;
}

interface Read extends Taking {
  readonly settings: ForgeSettings;
  readonly read: ReadIssue;
}

/** Makes a task of an issue that asks for one, or brings its task up to date; the same issue again changes nothing. */
export async function takeIssue(deps: EngineDeps, taking: Taking): Promise<void> {
  const { forge, issue } = taking;
  const settings = deps.projects.get(forge.project)?.forge;
  if (settings === undefined) return;
  const ref = { project: forge.project, id: issue.id };
  const ours = await ownLabels(deps.store, ref);
  const read = { ...taking, settings, read: readIssue(issue, { settings, ours }) };
  const task = await deps.store.task(ref);
  if (task === undefined) await takeNew(deps, read);
  else await follow(deps, { ...read, task });
  const value = { ...seenIssue(issue, read.read) };
  await deps.store.commit({ writes: [{ kind: "cursor:put", name: seenCursor(ref), value }] });
}

async function takeNew(deps: EngineDeps, { forge, issue, settings, read }: Read): Promise<void> {
  if (issue.state === "closed" || !isWanted(issue, { settings, read })) return;
  const trust = await trustOf(forge, { author: issue.author, settings });
  if (trust !== undefined) {
    await takeNewIssue(deps, { forge, issue, trust, read });
    return;
  }
  // A label was put there by somebody who may; in mode `all` a comment below every stranger's issue would be noise.
  if (settings.intake.mode === "label") {
    await forge.putComment({
      thread: Number(issue.id),
      marker: `orch:waits ${issue.id}`,
      body: `@${issue.author.login} may not write in this repository, so somebody who may has to read this issue first and comment \`/approve\`.`,
    });
  }
}

function isWanted({ labels }: ForgeIssue, { settings, read }: Pick<Read, "settings" | "read">): boolean {
  const { mode, onlyLabel } = settings.intake;
  const { excluded, orchestrate, queued } = read.labels;
  if (mode === "manual" || excluded !== undefined) return false;
  if (onlyLabel !== undefined && !labels.includes(onlyLabel)) return false;
  if (mode === "all") return true;
  return orchestrate && (settings.labels.profile === "orch" || queued);
}

function seenCursor(ref: TaskRef): string {
  return `issue ${taskKey(ref)}`;
}

async function follow(deps: EngineDeps, known: Read & { readonly task: Task }): Promise<void> {
  const { issue, task } = known;
  const seen = asSeenIssue(await deps.store.cursor(seenCursor(task)));
  const event = eventFor(known, seen);
  if (event === undefined) return;
  const key = `${taskKey(task)} ${event.type} ${issue.updatedAt} ${seenIssue(issue, known.read).labels.slice(0, 12)}`;
  await moveTask(deps, { ref: task, event, key, actor: `github:${issue.author.login}` });
}

/** What an issue's change means for its task. */
function eventFor(known: Read & { readonly task: Task }, seen: SeenIssue | undefined): TaskEvent | undefined {
  const { issue, task, read } = known;
  const by = `github:${issue.author.login}`;
  if (issue.state === "closed") {
    return isSettled(task.status) ? undefined : { type: "task:closed", by, as: issue.closedAs ?? "completed" };
  }
  if (isSettled(task.status)) return seen?.state === "closed" ? { type: "task:reopened", by } : undefined;
  // A status that a person put there is a wish; any other is put right when the task is shown next.
  const isWaiting = task.status === "needs_review" || task.status === "in_review";
  if (read.labels.status === "new" && isWaiting && seen !== undefined) return { type: "task:retried", by };
  return edited(known, seen);
}

function edited(
  { issue, task, read }: Read & { readonly task: Task },
  seen: SeenIssue | undefined,
): TaskEvent | undefined {
  if (seen === undefined) return undefined;
  const now = seenIssue(issue, read);
  // What a stranger writes after an approval is not what was approved. Labels are put by those who may.
  const isTrusted = task.trust === undefined || task.trust === "trusted";
  const hasNewText = isTrusted && now.text !== seen.text;
  if (!hasNewText && now.labels === seen.labels) return undefined;
  const { title, body } = hasNewText ? issue : task;
  return { type: "task:edited", by: `github:${issue.author.login}`, words: { ...read.words, title, body } };
}
