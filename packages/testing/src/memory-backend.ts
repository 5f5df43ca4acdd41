import { createHash } from "node:crypto";

import {
  orchError,
  parseCommitSha,
  parseTaskId,
  unwrap,
  type Backend,
  type BranchName,
  type CheckState,
  type CommitSha,
  type ExternalTask,
  type ProjectId,
  type PullRequest,
  type TaskId,
} from "@orch/core";

/** A forge of one project that lives in memory, and what people and their machines do there. */
export interface MemoryBackend extends Backend {
  /** Opens an issue; gives its id. */
  open(issue: { readonly title: string; readonly body?: string; readonly labels?: readonly string[] }): TaskId;
  /** The comments of an issue, oldest first. */
  comments(id: TaskId): readonly string[];
  /** Puts a new commit at the end of a branch. */
  push(branch: BranchName): CommitSha;
  /** A check's last word on a commit. */
  report(commit: CommitSha, check: { readonly name: string; readonly state: Exclude<CheckState, "none"> }): void;
}

interface Issue {
  readonly task: ExternalTask;
  readonly changed: number;
  /** Body by marker. */
  readonly comments: Map<string, string>;
}

interface Forge {
  readonly project: ProjectId;
  readonly issues: Map<TaskId, Issue>;
  readonly branches: Map<BranchName, CommitSha>;
  readonly requests: Map<number, PullRequest & { readonly merge?: CommitSha }>;
  /** State by check, by commit. */
  readonly checks: Map<CommitSha, Map<string, CheckState>>;
  /** Counts everything that happens; issues and pull requests share their numbers with it. */
  count: number;
}

/** Makes an empty forge. Its clock is a counter: every change is one later than the one before. */
export function createMemoryBackend(project: ProjectId): MemoryBackend {
  const forge: Forge = {
    project,
    issues: new Map(),
    branches: new Map(),
    requests: new Map(),
    checks: new Map(),
    count: 0,
  };
  return { name: "memory", ...peopleOf(forge), ...issuesOf(forge), ...requestsOf(forge) };
}

function tick(forge: Forge): number {
  forge.count += 1;
  return forge.count;
}

function change(forge: Forge, id: TaskId, over: Partial<ExternalTask>): Issue {
  const issue = forge.issues.get(id);
  if (issue === undefined) throw orchError("task_unknown", `there is no issue ${id}`);
  const changed = tick(forge);
  const next = { ...issue, task: { ...issue.task, ...over, updatedAt: changed }, changed };
  forge.issues.set(id, next);
  return next;
}

function newCommit(forge: Forge): CommitSha {
  return unwrap(
    parseCommitSha(
      createHash("sha1")
        .update(String(tick(forge)))
        .digest("hex"),
    ),
  );
}

type People = Pick<MemoryBackend, "open" | "comments" | "push" | "report">;

function peopleOf(forge: Forge): People {
  return {
    open({ title, body = "", labels = [] }) {
      const changed = tick(forge);
      const id = unwrap(parseTaskId(String(changed)));
      const task = { project: forge.project, id, title, body, labels, author: "someone", state: "open" } as const;
      forge.issues.set(id, { task: { ...task, updatedAt: changed }, changed, comments: new Map() });
      return id;
    },
    comments: (id) => [...(forge.issues.get(id)?.comments.values() ?? [])],
    push(branch) {
      const commit = newCommit(forge);
      forge.branches.set(branch, commit);
      return commit;
    },
    report(commit, { name, state }) {
      const states = forge.checks.get(commit) ?? new Map<string, CheckState>();
      forge.checks.set(commit, states.set(name, state));
    },
  };
}

function issuesOf(forge: Forge): Pick<Backend, "changes" | "task" | "showStatus" | "putComment"> {
  return {
    async changes({ cursor }) {
      const since = typeof cursor === "number" ? cursor : 0;
      const changed = [...forge.issues.values()]
        .filter((issue) => issue.changed > since)
        .toSorted((left, right) => left.changed - right.changed);
      return { tasks: changed.map((issue) => issue.task), cursor: forge.count };
    },
    task: async ({ id }) => forge.issues.get(id)?.task,
    async showStatus({ id, status }) {
      const kept = forge.issues.get(id)?.task.labels.filter((label) => !label.startsWith("status:")) ?? [];
      change(forge, id, { labels: [...kept, `status:${status}`] });
    },
    async putComment({ id, marker, body }) {
      change(forge, id, {}).comments.set(marker, body);
    },
  };
}

function requestsOf(forge: Forge): Pick<Backend, "pullRequest" | "openPullRequest" | "checks" | "merge"> {
  /** As it is now: the head of an open one follows its branch. */
  function current(number: number): (PullRequest & { readonly merge?: CommitSha }) | undefined {
    const request = forge.requests.get(number);
    if (request?.state !== "open") return request;
    return { ...request, head: forge.branches.get(request.branch) ?? request.head };
  }

  function newestOf(branch: BranchName): PullRequest | undefined {
    const number = [...forge.requests.values()].findLast((request) => request.branch === branch)?.number;
    const found = number === undefined ? undefined : current(number);
    if (found === undefined) return undefined;
    const { merge: _merge, ...request } = found;
    return request;
  }

  return {
    pullRequest: async ({ branch }) => newestOf(branch),
    async openPullRequest({ branch }) {
      const there = newestOf(branch);
      if (there?.state === "open") return there;
      const head = forge.branches.get(branch);
      if (head === undefined) throw orchError("usage", `there is no branch ${branch}`);
      const number = tick(forge);
      const request = { number, branch, head, state: "open", url: `https://forge.test/pull/${number}` } as const;
      forge.requests.set(number, request);
      return request;
    },
    async checks({ commit }) {
      const states = [...(forge.checks.get(commit)?.values() ?? [])];
      return (["failing", "pending", "passing"] as const).find((state) => states.includes(state)) ?? "none";
    },
    async merge({ number, expected }) {
      const request = current(number);
      if (request === undefined || request.state === "closed") return { kind: "refused", why: "it is not open" };
      if (request.head !== expected) return { kind: "refused", why: "its head has moved" };
      if (request.merge !== undefined) return { kind: "merged", commit: request.merge };
      const commit = newCommit(forge);
      forge.requests.set(number, { ...request, state: "merged", merge: commit });
      return { kind: "merged", commit };
    },
  };
}
