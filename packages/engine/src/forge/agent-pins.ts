import { issueNumberOf, parseTaskId, unwrap, type AgentName, type Task } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { readIssue, seenIssue, type SeenIssue } from "./issue-words.ts";
import { ownLabels } from "./own-labels.ts";
import { keepSeen, readSeen } from "./seen-issues.ts";
import type { Site } from "./site.ts";

/** Who works on a task, or did so last. */
export async function lastAgent(deps: EngineDeps, task: Task): Promise<{ readonly agent?: AgentName }> {
  if ("assignment" in task) return { agent: task.assignment.agent };
  const last = (await deps.store.attempts(task)).at(-1);
  return last === undefined ? {} : { agent: last.assignment.agent };
}

/**
 * Takes off the labels of a task's issue that say which agent does it, whoever put them: a person has just said otherwise
 * (seed row A118). That they are off is no news at the next look.
 */
export async function takeAgentLabelsOff(
  deps: EngineDeps,
  { site, task }: { readonly site: Site; readonly task: Task },
): Promise<void> {
  const { forge, settings } = site;
  const number = issueNumberOf(task);
  const issue = number === undefined ? undefined : await forge.issue(unwrap(parseTaskId(String(number))));
  const beginning = settings.labels.names.agent.toLowerCase();
  const remove = issue?.labels.filter((label) => label.toLowerCase().startsWith(beginning)) ?? [];
  if (issue === undefined || remove.length === 0) return;
  const ours = await ownLabels(deps.store, task);
  const labelled = (labels: readonly string[]): SeenIssue => {
    const shown = { ...issue, labels };
    return seenIssue(shown, readIssue(shown, { settings, ours }), undefined);
  };
  const seen = await readSeen(deps.store, task);
  // Other labels that changed meanwhile are looked at as usual.
  if (seen !== undefined && seen.labels === labelled(issue.labels).labels) {
    const { labels, said } = labelled(issue.labels.filter((label) => !remove.includes(label)));
    const known = { ...seen, labels, ...(said === undefined ? {} : { said }) };
    await deps.store.commit({ writes: [keepSeen(task, known)] });
  }
  await forge.setLabels({ id: issue.id, add: [], remove });
}
