import { defaultLabelNames, isSettled, issueNumberOf, taskKey, type StoredEvent, type Task } from "@orch/core";

import type { MemoryForge } from "../forge/memory-forge.ts";

/** What is on the forge twice although it may be there once: comments and issues of orch's by their mark, open pull requests by branch. */
export function doubled({ state }: MemoryForge): readonly string[] {
  const marks = state.comments.flatMap(({ thread, body }) => {
    const mark = ownMark(body);
    return mark === undefined ? [] : [`comment ${mark} below ${thread}`];
  });
  // After one that is over, later work has one of its own.
  const open = [...state.pulls.values()].filter((pull) => pull.state === "open");
  const pulls = open.map(({ branch }) => `a pull request of ${branch}`);
  const issues = [...state.issues.values()].flatMap(({ body }) => {
    const mark = /^<!-- orch:task[^>]*-->/.exec(body)?.[0];
    return mark === undefined ? [] : [`issue ${mark}`];
  });
  const all = [...marks, ...pulls, ...issues];
  return [...new Set(all.filter((one, index) => all.indexOf(one) !== index))].map((one) => `twice: ${one}`);
}

function ownMark(body: string): string | undefined {
  return /^<!-- orch[^>]*-->/.exec(body)?.[0];
}

/** Each call by orch's name became one task, or a note of one that was there; what became of none is lost. */
export function lostCalls(heard: {
  readonly calls: readonly number[];
  readonly tasks: readonly Task[];
  readonly events: readonly StoredEvent[];
}): readonly string[] {
  const { calls, tasks, events } = heard;
  const made = tasks.flatMap(({ source }) => (source.kind === "mention" ? [Number(source.id)] : []));
  const noted = JSON.stringify(events);
  const isNoted = (call: number): boolean => noted.includes(`"comment-${call}"`);
  const twice = made.filter((call, index) => made.indexOf(call) !== index);
  const lost = calls.filter((call) => !made.includes(call) && !isNoted(call));
  return [
    ...twice.map((call) => `the call ${call} became two tasks`),
    ...made.filter((call) => !calls.includes(call)).map((call) => `a task was made of ${call}, which is no call`),
    ...lost.map((call) => `the call ${call} was lost`),
  ];
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
    state.heads.tip(task.outcome.result.branch) !== undefined
  )
    wrong.push(`${key} is merged, but its branch is still there`);
  return issueNumberOf(task) === undefined ? wrong : [...wrong, ...issueOf({ state }, task)];
}

function issueOf({ state }: Pick<MemoryForge, "state">, task: Task): readonly string[] {
  const key = taskKey(task);
  const issue = state.issues.get(issueNumberOf(task) ?? 0);
  if (issue === undefined) return [`${key} has no issue`];
  // Whoever may only read changes neither labels nor issues.
  if (state.heads !== state.git) return [];
  const statuses = issue.labels.filter((label) => label.startsWith("status:"));
  const wanted = task.status === "cancelled" ? [] : [defaultLabelNames[`status_${task.status}`]];
  const wrong = statuses.join() === wanted.join() ? [] : [`${key} is ${task.status}, but shows ${statuses.join()}`];
  const isOpen = issue.state === "open";
  if (isOpen === isSettled(task.status)) wrong.push(`${key} is ${task.status}, but its issue is ${issue.state}`);
  return wrong;
}
