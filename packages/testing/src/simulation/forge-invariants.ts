import { defaultLabelNames, isInternalTask, isSettled, taskKey, type Task } from "@orch/core";

import type { MemoryForge } from "../forge/memory-forge.ts";

/** What is on the forge twice although it may be there once: comments of orch's by their mark, pull requests by branch. */
export function doubled({ state }: MemoryForge): readonly string[] {
  const marks = state.comments.flatMap(({ thread, body }) => {
    const mark = /^<!-- orch[^>]*-->/.exec(body)?.[0];
    return mark === undefined ? [] : [`comment ${mark} below ${thread}`];
  });
  const pulls = [...state.pulls.values()].map(({ branch }) => `a pull request of ${branch}`);
  const all = [...marks, ...pulls];
  return [...new Set(all.filter((one, index) => all.indexOf(one) !== index))].map((one) => `twice: ${one}`);
}

/** True when the task's pull request is merged there. */
export function isMergedThere({ state }: MemoryForge, task: Task): boolean {
  return task.pull !== undefined && state.pulls.get(task.pull.number)?.state === "merged";
}

/** What of a task is not as its forge should show it. */
export function shownWrongly({ state }: MemoryForge, task: Task): readonly string[] {
  const key = taskKey(task);
  const pull = task.pull === undefined ? undefined : state.pulls.get(task.pull.number);
  const wrong: string[] = [];
  if (task.status === "in_review") {
    if (pull === undefined) wrong.push(`${key} is in review without a pull request`);
    else if (pull.state === "open" && pull.head !== task.result.commit)
      wrong.push(`${key} has a pull request elsewhere`);
    else if (pull.state !== "open") wrong.push(`${key} is in review, but its pull request is ${pull.state}`);
  }
  if (
    task.status === "done" &&
    task.outcome.kind === "merged" &&
    state.git.tip(task.outcome.result.branch) !== undefined
  )
    wrong.push(`${key} is merged, but its branch is still there`);
  return isInternalTask(task.id) ? wrong : [...wrong, ...issueOf({ state }, task)];
}

function issueOf({ state }: Pick<MemoryForge, "state">, task: Task): readonly string[] {
  const key = taskKey(task);
  const issue = state.issues.get(Number(task.id));
  if (issue === undefined) return [`${key} has no issue`];
  const statuses = issue.labels.filter((label) => label.startsWith("status:"));
  const wanted = task.status === "cancelled" ? [] : [defaultLabelNames[`status_${task.status}`]];
  const wrong = statuses.join() === wanted.join() ? [] : [`${key} is ${task.status}, but shows ${statuses.join()}`];
  const isOpen = issue.state === "open";
  if (isOpen === isSettled(task.status)) wrong.push(`${key} is ${task.status}, but its issue is ${issue.state}`);
  return wrong;
}
