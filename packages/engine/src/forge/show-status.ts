import { isSettled, issueNumberOf, taskKey, type Attempt, type ForgeIssue, type Task, type TaskRef } from "@orch/core";
import { readLabels } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { circlesOf } from "./blockers.ts";
import { statusComment } from "./comment-words.ts";
import { waitingName } from "./intake.ts";
import type { Site } from "./site.ts";

/** A task with its issue. */
interface Shown {
  readonly task: Task;
  readonly site: Site;
  readonly issue: ForgeIssue;
}

/** Writes the one comment that tells how a task stands, or brings it up to date. `now`: see `statusWords`. */
export async function showStatus(
  deps: EngineDeps,
  { attempts, now, ...shown }: Shown & { readonly attempts: readonly Attempt[]; readonly now?: number },
): Promise<void> {
  const { task, site } = shown;
  const notes = await notesOf(deps, shown);
  const standing = { task, attempts, notes, ...(now === undefined ? {} : { now }) };
  await site.forge.putComment({
    thread: issueNumberOf(task) ?? Number(shown.issue.id),
    ...statusComment(site, standing),
  });
}

/** Shows by which name a text is let in that nobody has approved; no move of its task tells of it. */
export async function nameWaitingText(
  deps: EngineDeps,
  { site, issue, ref }: Omit<Shown, "task"> & { readonly ref: TaskRef },
): Promise<void> {
  const cursor = `named ${taskKey(ref)}`;
  const name = (await waitingName(deps.store, ref)) ?? "";
  if (((await deps.store.cursor(cursor)) ?? "") === name) return;
  const task = await deps.store.task(ref);
  if (task === undefined || isSettled(task.status)) return;
  await showStatus(deps, { task, site, issue, attempts: await deps.store.attempts(task) });
  await deps.store.commit({ writes: [{ kind: "cursor:put", name: cursor, value: name }] });
}

/** What of an issue is not done as it says. */
async function notesOf(deps: EngineDeps, { task, site, issue }: Shown): Promise<readonly string[]> {
  if (isSettled(task.status)) return [];
  const { problems } = readLabels(issue.labels, { settings: site.settings.labels });
  const circles = await circlesOf(deps, task);
  const name = await waitingName(deps.store, task);
  return [
    ...problems,
    ...circles.map((id) => `#${id} waits for this issue, so this one does not wait for it.`),
    ...(name === undefined ? [] : [waitingNote(task, name)]),
  ];
}

function waitingNote({ trust }: Task, name: string): string {
  const why =
    trust === "untrusted"
      ? "Nobody who may write here has approved the text, so an agent may look at it and changes nothing."
      : "The text was changed by somebody who may not write here. What was approved before counts.";
  return `${why} \`/approve ${name}\` lets it in as it is now.`;
}
