import {
  mergeMethods,
  orchError,
  type BranchName,
  type Clock,
  type CommitSha,
  type ForgeAct,
  type ForgeCheck,
  type ForgeComment,
  type ForgeIssue,
  type ForgeRole,
  type ForgeUser,
  type LabelLooks,
  type MergeMethod,
  type ProjectId,
  type PullReview,
  type TaskId,
} from "@orch/core";

import { MAIN, PEOPLE } from "./forge-people.ts";
import { createMemoryGit, type MemoryGit } from "./memory-git.ts";

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** What is kept of a pull request beside its issue's number. */
export interface PullRecord {
  readonly number: number;
  readonly branch: BranchName;
  readonly base: BranchName;
  readonly author: ForgeUser;
  readonly openedAsDraft: boolean;
  draft: boolean;
  title: string;
  body: string;
  state: "open" | "merged" | "closed";
  /** Where its branch was last, for when that is gone. */
  head: CommitSha;
  mergeCommit?: CommitSha;
  mergedBy?: ForgeUser;
  changed: number;
}

/** Something with the number of the change that touched it last. */
export type Tracked<Value> = Mutable<Value> & { changed: number };

/** A job of continuous integration at a commit. */
export interface JobRecord {
  readonly id: number;
  readonly commit: CommitSha;
  readonly name: string;
  log: string;
}

/** Somebody put a label on, closed an issue or opened it again, or changed words. */
export interface ActRecord extends ForgeAct {
  /** The issue's number. */
  readonly thread: number;
  /** Absent, as `state` is: its words were edited, or those of a comment. */
  readonly label?: string;
  readonly comment?: number;
  /** Present: it was closed, or opened again. */
  readonly state?: "open" | "closed";
}

/** Everything that a forge in memory knows. */
export interface MemoryState {
  readonly project: ProjectId;
  readonly clock: Clock;
  readonly git: MemoryGit;
  /** Where the branches of pull requests are: the repository itself, or a fork of it. */
  readonly heads: MemoryGit;
  readonly users: Map<string, ForgeUser>;
  readonly roles: Map<string, ForgeRole>;
  readonly issues: Map<number, Tracked<ForgeIssue>>;
  readonly pulls: Map<number, PullRecord>;
  readonly comments: Tracked<ForgeComment>[];
  readonly labels: Map<string, LabelLooks>;
  /** Oldest first. */
  readonly acts: ActRecord[];
  readonly reactions: Set<string>;
  readonly reviews: Map<number, PullReview[]>;
  readonly checks: Map<CommitSha, Map<string, ForgeCheck>>;
  readonly jobs: JobRecord[];
  readonly children: Map<TaskId, TaskId[]>;
  readonly blockers: Map<TaskId, TaskId[]>;
  /** The branches that an issue shows as those in which it is worked on. */
  readonly linked: Map<TaskId, BranchName[]>;
  /** What the main branch asks for: names of checks, approving reviews, and the ways to merge into it. */
  required: readonly string[];
  approvals: number;
  methods: readonly MergeMethod[];
  /** True: what is not on top of its base is not merged. */
  strict: boolean;
  /** Counts changes; a cursor is one of its values. */
  changes: number;
  next(): number;
  nextNumber(): number;
  user(login: string): ForgeUser;
  url(path: string): string;
}

/** A forge in which nothing happened yet. */
export function createMemoryState({
  project,
  clock,
  fork = false,
}: {
  readonly project: ProjectId;
  readonly clock: Clock;
  readonly fork?: boolean;
}): MemoryState {
  const users = new Map<string, ForgeUser>();
  const git = createMemoryGit(MAIN);
  let [lastId, lastNumber] = [100, 0];
  const roles: [string, ForgeRole][] = [
    [PEOPLE.owner, "admin"],
    [PEOPLE.reviewer, "write"],
    [PEOPLE.stranger, "none"],
  ];
  return {
    project,
    clock,
    git,
    heads: fork ? git.fork() : git,
    users,
    roles: new Map(roles),
    issues: new Map(),
    pulls: new Map(),
    comments: [],
    labels: new Map(),
    acts: [],
    reactions: new Set(),
    linked: new Map(),
    reviews: new Map(),
    checks: new Map(),
    jobs: [],
    children: new Map(),
    blockers: new Map(),
    required: [],
    approvals: 0,
    methods: mergeMethods,
    strict: false,
    changes: 0,
    next: () => (lastId += 1),
    nextNumber: () => (lastNumber += 1),
    user(login) {
      const known = users.get(login) ?? { login, id: users.size + 1, isBot: login.endsWith("[bot]") };
      users.set(login, known);
      return known;
    },
    url: (path) => `https://forge.example/${project}/${path}`,
  };
}

/** The record of an issue. @throws `forge_missing` */
export function issueRecord(state: MemoryState, id: TaskId | number): Tracked<ForgeIssue> {
  const issue = state.issues.get(Number(id));
  if (issue === undefined) throw missing(`issue ${id}`);
  return issue;
}

/** The record of a pull request. @throws `forge_missing` */
export function pullRecord(state: MemoryState, number: number): PullRecord {
  const pull = state.pulls.get(number);
  if (pull === undefined) throw missing(`pull request ${number}`);
  return pull;
}

/** The error of a thing that is not there. */
export function missing(what: string): Error {
  return orchError("forge_missing", `there is no ${what}`);
}

/** Notes that an issue, or the pull request of this number, was touched. */
export function touch(state: MemoryState, number: number): void {
  state.changes += 1;
  const issue = state.issues.get(number);
  if (issue !== undefined) Object.assign(issue, { changed: state.changes, updatedAt: state.clock.now() });
  const pull = state.pulls.get(number);
  if (pull !== undefined) pull.changed = state.changes;
}

/** Opens an issue as somebody. */
export function addIssue(
  state: MemoryState,
  issue: { title: string; body: string; labels: readonly string[]; as: string },
): Tracked<ForgeIssue> {
  const number = state.nextNumber();
  const now = state.clock.now();
  const record: Tracked<ForgeIssue> = {
    id: String(number) as TaskId,
    title: issue.title,
    body: issue.body,
    labels: [...issue.labels],
    author: state.user(issue.as),
    assignees: [],
    state: "open",
    url: state.url(`issues/${number}`),
    createdAt: now,
    updatedAt: now,
    changed: 0,
  };
  state.issues.set(number, record);
  addLabels(state, issue.labels);
  noteActs(state, { thread: number, as: issue.as, labels: issue.labels });
  touch(state, number);
  return record;
}

/** Writes down who put labels on an issue, closed it or opened it again, or edited its words. */
export function noteActs(
  state: MemoryState,
  act: {
    readonly thread: number;
    readonly as: string;
    readonly labels?: readonly string[];
    readonly edits?: boolean;
    readonly comment?: number;
    readonly state?: "open" | "closed";
  },
): void {
  const { thread, as, labels = [], edits = false, comment, state: now } = act;
  const base = { thread, by: state.user(as), at: state.clock.now() };
  const edited = { ...base, ...(comment === undefined ? {} : { comment }) };
  const moved = now === undefined ? [] : [{ ...base, state: now }];
  state.acts.push(...(edits ? [edited] : []), ...labels.map((label) => ({ ...base, label })), ...moved);
}

/** Makes labels known that were used before anybody made them, as forges do. */
export function addLabels(state: MemoryState, names: readonly string[]): void {
  for (const name of names) {
    const key = name.toLowerCase();
    if (!state.labels.has(key)) state.labels.set(key, { name, color: "ededed", description: "" });
  }
}

/** Writes a comment as somebody. @throws `forge_missing` */
export function addComment(state: MemoryState, comment: { thread: number; body: string; as: string }): number {
  const { thread, body } = comment;
  if (!state.issues.has(thread)) pullRecord(state, thread);
  const now = state.clock.now();
  const id = state.next();
  touch(state, thread);
  state.comments.push({
    id,
    thread,
    author: state.user(comment.as),
    body,
    url: state.url(`issues/${thread}#comment-${id}`),
    createdAt: now,
    updatedAt: now,
    changed: state.changes,
  });
  return id;
}

/** Changes a comment's text. @throws `forge_missing` */
export function changeComment(
  state: MemoryState,
  { id, body, as }: { readonly id: number; readonly body: string; readonly as: string },
): void {
  const comment = state.comments.find((entry) => entry.id === id);
  if (comment === undefined) throw missing(`comment ${id}`);
  noteActs(state, { thread: comment.thread, as, edits: true, comment: id });
  touch(state, comment.thread);
  Object.assign(comment, { body, changed: state.changes, updatedAt: state.clock.now() });
}
