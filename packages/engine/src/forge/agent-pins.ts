import { issueNumberOf, parseTaskId, unwrap, type AgentName, type Task } from "@orch/core";
import { lifecycleStatus } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { readIssue, seenIssue, type SeenIssue } from "./issue-words.ts";
import { keepOwnLabels, ownLabels } from "./own-labels.ts";
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
 * (seed row A118). That they are off is no news at the next look. Repeatable: until they are off they are written down
 * as orch's own, which say nothing, so that a request that is lost pins nobody.
 */
export async function takeAgentLabelsOff(
  deps: EngineDeps,
  { site, task }: { readonly site: Site; readonly task: Task },
): Promise<void> {
  const { forge, settings } = site;
  const number = issueNumberOf(task);
  const issue = number === undefined ? undefined : await forge.issue(unwrap(parseTaskId(String(number))));
  if (issue === undefined) return;
  const beginning = settings.labels.names.agent.toLowerCase();
  // `agent:running` and the like are the second seed's statuses.
  const namesAgent = (label: string): boolean =>
    label.toLowerCase().startsWith(beginning) && lifecycleStatus(label, settings.labels.names) === undefined;
  const remove = issue.labels.filter(namesAgent);
  const ours = await ownLabels(deps.store, task);
  const left = ours.filter((label) => !namesAgent(label));
  if (remove.length > 0) {
    const labelled = (labels: readonly string[]): SeenIssue => {
      const shown = { ...issue, labels };
      return seenIssue(shown, readIssue(shown, { settings, ours }), undefined);
    };
    const seen = await readSeen(deps.store, task);
    const { labels, said } = labelled(issue.labels.filter((label) => !remove.includes(label)));
    // Other labels that changed meanwhile are looked at as usual.
    const isKnown = seen !== undefined && seen.labels === labelled(issue.labels).labels;
    const known = isKnown ? [keepSeen(task, { ...seen, labels, ...(said === undefined ? {} : { said }) })] : [];
    await deps.store.commit({ writes: [keepOwnLabels(task, [...new Set([...ours, ...remove])]), ...known] });
    await forge.setLabels({ id: issue.id, add: [], remove });
  }
  if (remove.length > 0 || left.length < ours.length) {
    await deps.store.commit({ writes: [keepOwnLabels(task, left)] });
  }
}
