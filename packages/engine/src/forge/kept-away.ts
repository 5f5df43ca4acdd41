import { issueNumberOf, parseTaskId, unwrap, type ForgeIssue, type Task } from "@orch/core";

import { readIssue } from "./issue-words.ts";
import { answer, type Said } from "./said.ts";
import type { Site } from "./site.ts";

/** The label that keeps agents away from an issue; undefined: none does. */
export function excludingLabel({ settings }: Site, issue: ForgeIssue): string | undefined {
  const { excluded } = readIssue(issue, { settings, ours: [] }).labels;
  return excluded === undefined ? undefined : settings.labels.names[excluded];
}

/** The sentence that tells of such a label. */
export function keptAwayText(label: string): string {
  return `The label \`${label}\` keeps agents away from here.`;
}

/** The same of a task's issue, as it is at this moment. */
export async function keptAwayBy(site: Site, task: Task): Promise<string | undefined> {
  const number = issueNumberOf(task);
  const issue = number === undefined ? undefined : await site.forge.issue(unwrap(parseTaskId(String(number))));
  return issue === undefined ? undefined : excludingLabel(site, issue);
}

/** Shows whoever called that their words are told; where people stopped the task, what has it go on. */
export async function acknowledge(said: Said, task: Task): Promise<void> {
  if (task.status !== "needs_review" || task.reason !== "held") {
    await said.site.forge.react({ comment: said.comment.id, content: "eyes" });
    return;
  }
  const label = await keptAwayBy(said.site, task);
  const why = label === undefined ? "The task is held." : keptAwayText(label);
  const how = label === undefined ? "" : "Once the label is off, ";
  await answer(said, `${why} What you say is kept for whoever works on it next. ${how}\`/unblock\` has it go on.`);
}
