import type { BranchName, CommitSha, ProjectId, TaskId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { BranchRules, MergeMethod } from "./branch-rules.ts";

/** Somebody on a forge: a person or a program. */
export interface ForgeUser {
  readonly login: string;
  /** The forge's own number of them: a login can be given up and taken by somebody else. */
  readonly id: number;
  readonly isBot: boolean;
}

/** What somebody may do in a repository, as the forge says at this moment; most first. */
export type ForgeRole = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** An issue as its forge shows it. Pull requests are never issues here (seed bug P2). */
export interface ForgeIssue {
  /** Its number. */
  readonly id: TaskId;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly author: ForgeUser;
  readonly assignees: readonly string[];
  readonly state: "open" | "closed";
  /** Of a closed one: whether it was done. */
  readonly closedAs?: "completed" | "not_planned";
  readonly url: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A comment below an issue or in the conversation of a pull request. */
export interface ForgeComment {
  readonly id: number;
  /** The number of the issue or pull request. */
  readonly thread: number;
  readonly author: ForgeUser;
  readonly body: string;
  readonly url: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Somebody did something; epoch milliseconds, by the forge's clock. */
export interface ForgeAct {
  readonly by: ForgeUser;
  readonly at: number;
}

/** What a forge tells of an issue's past, with the words that the issue had when that was told. */
export interface IssueHistory {
  readonly title: string;
  readonly body: string;
  /** The comments that are there, by their ids. */
  readonly comments: ReadonlyMap<number, string>;
  /** How labels came on, oldest first; what was taken off again is among them. */
  readonly labelled: readonly (ForgeAct & { readonly label: string })[];
  /** How it was closed and opened again, oldest first. */
  readonly states: readonly (ForgeAct & { readonly state: "open" | "closed" })[];
  /**
   * Every edit of title, text and comments, comments that were removed among them, oldest first; one whose author the
   * forge does not name is the ghost's. `comment`: the one that was edited, and is there. Absent: the forge can't tell
   * all of them.
   */
  readonly edits?: readonly (ForgeAct & { readonly comment?: number })[];
}

/** What changed in a repository since a cursor: all of it, or a page of it. */
export interface ForgeChanges {
  /** Oldest change first. */
  readonly issues: readonly ForgeIssue[];
  /** New and edited comments, oldest change first; those of pull requests among them. */
  readonly comments: readonly ForgeComment[];
  /** Numbers of the pull requests that changed. */
  readonly pulls: readonly number[];
  /** Where the next look goes on. */
  readonly cursor: Json;
  /** There is more, from the cursor on. */
  readonly more?: boolean;
}

/** A pull request. */
export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  /** Its text, without what a forge's own way of drafts adds to it. */
  readonly body: string;
  readonly author: ForgeUser;
  readonly branch: BranchName;
  readonly base: BranchName;
  readonly head: CommitSha;
  readonly state: "open" | "merged" | "closed";
  readonly draft: boolean;
  /** `unknown`: the forge has not found out yet (law 3). */
  readonly mergeable: "yes" | "conflict" | "unknown";
  /** True when the base has commits that the branch has not, and the forge wants them first. */
  readonly behind: boolean;
  /** True: the forge says that its rules stand in the way of a merge. Absent: it does not tell. */
  readonly blocked?: boolean;
  readonly mergeCommit?: CommitSha;
}

/** The state of all checks of a commit: none is not green (law 3). */
export type CheckState = "none" | "pending" | "failing" | "passing";

/** One check of a commit, of whatever kind the forge has. */
export interface ForgeCheck {
  readonly name: string;
  /** What the rules of branches call it; absent: as it is named. */
  readonly context?: string;
  /** The forge's own number of the program that reported it, where it tells. */
  readonly app?: number;
  readonly state: Exclude<CheckState, "none">;
  readonly url?: string;
  /** The forge's own id of the job, where it has one: its log can be had and it can be run again. */
  readonly job?: number;
}

/** All checks of a commit, each with its last word. */
export interface ForgeChecks {
  readonly state: CheckState;
  readonly checks: readonly ForgeCheck[];
  /** The token may not see all of them. */
  readonly partial?: true;
}

/** A comment at a line of a change. */
export interface InlineComment {
  readonly id: number;
  readonly path: string;
  /** Absent: the whole file, or the line is gone. */
  readonly line?: number;
  readonly body: string;
  /** The part of the diff around it. */
  readonly hunk: string;
  /** Set on replies. */
  readonly inReplyTo?: number;
  readonly url: string;
}

/** A review with the comments that belong to it, joined by the review's id. */
export interface PullReview {
  readonly id: number;
  readonly author: ForgeUser;
  readonly state: "approved" | "changes_requested" | "commented" | "dismissed";
  /** The commit that was looked at. */
  readonly commit: CommitSha;
  readonly body: string;
  readonly comments: readonly InlineComment[];
  /** Epoch milliseconds. */
  readonly submittedAt: number;
}

/** What a review says. */
export interface ReviewWords {
  readonly decision: "approve" | "request_changes" | "comment";
  readonly body: string;
  /** Comments at lines of the change; what lies outside the change goes into the text. */
  readonly comments: readonly { readonly path: string; readonly line: number; readonly body: string }[];
}

/** A review to submit. Of one's own pull request it becomes a comment, where a forge lets nobody decide about that. */
export interface NewReview extends ReviewWords {
  readonly number: number;
  readonly commit: CommitSha;
  /** Hidden in the text, to know it again: plain words, which the forge wraps in what readers don't see. */
  readonly marker: string;
}

/** What a merge came to. */
export type ForgeMerge =
  | { readonly kind: "merged"; readonly commit: CommitSha }
  /**
   * `head`: somebody pushed; `blocked`: the forge's own rules; `behind`: the base has to be taken in first; `moving`: the
   * base moved at that moment, and another try may do.
   */
  | {
      readonly kind: "refused";
      readonly why: "head" | "conflict" | "blocked" | "behind" | "moving" | "closed";
      readonly detail: string;
    };

/** A label with its looks. */
export interface LabelLooks {
  readonly name: string;
  /** Six hexadecimal digits. */
  readonly color: string;
  readonly description: string;
}

/** How urgent a request is: a dispatch goes before a status, a status before housekeeping. */
export type RequestLane = "dispatch" | "status" | "housekeeping";

/** The account of requests of one client. */
export interface RequestBudget {
  /** Requests that counted against the forge's limit since the start. */
  readonly used: number;
  /** Requests since the start whose answer had not changed (304), so that they cost nothing. */
  readonly unchanged: number;
  /** GraphQL points used since the start. */
  readonly points: number;
  /** Requests of every kind that went out since the start, by their lane. */
  readonly sent: Readonly<Record<RequestLane, number>>;
  /** Requests since the start that did not go out, because of a limit or a forge that fails; they come back later. */
  readonly turnedAway: number;
  /** As the forge said last; absent: it has not answered yet. */
  readonly remaining?: number;
  readonly limit?: number;
  /** Epoch milliseconds. */
  readonly resetsAt?: number;
  /** The same of GraphQL's points, which are counted for themselves. */
  readonly graphql?: { readonly remaining: number; readonly limit: number; readonly resetsAt: number };
  /** Until when nothing is asked because a limit was hit; epoch milliseconds. */
  readonly pausedUntil?: number;
}

/** Who orch is on a forge, and what it may do in a repository there. */
export interface ForgeAccount {
  readonly user: ForgeUser;
  /** Where its token is from, for people, such as `GH_TOKEN`; never the token. */
  readonly source: string;
  readonly role: ForgeRole;
  /** What the token was given, where the forge says so: scopes, or permissions such as `issues: write`. */
  readonly rights?: readonly string[];
  /** What stands in orch's way there, each a clause for people; empty: nothing that the forge tells. */
  readonly missing: readonly string[];
  /** What the repository is called now, where that is another name than `Forge.repository`. */
  readonly movedTo?: string;
}

/**
 * One repository of a forge: where external tasks and their code live.
 *
 * Contract (`describeForge` in `@orch/testing`): every method that writes looks first (a pull request by its head
 * branch, a comment by its marker, a label by its presence) and may be called again after a crash; lists are complete
 * over all pages. Throws `forge_unreachable` and `forge_limited` (`details.retryAt` in epoch milliseconds where it is
 * known), `forge_unauthorized` (nothing goes until the token works again), `forge_replaced` (another repository has its name, and
 * nothing goes), `forge_denied` (the token lacks a right), `forge_refused` (the request is wrong as it is),
 * `forge_missing` (no such repository, issue or pull request).
 */
export interface Forge {
  /** `github`. */
  readonly name: string;
  /** The repository there, `owner/name`. */
  readonly repository: string;
  /** The name that its marks are bound to: the first that orch knew it by; absent: the one that it has. */
  readonly markedAs?: string;
  readonly project: ProjectId;
  /** Who the token belongs to. */
  self(): Promise<ForgeUser>;
  /**
   * The forge's numbers of everybody as whom orch has spoken there, itself among them: a person before there was an App.
   * Absent: itself alone. Whoever is among them counts as orch only together with a mark that is orch's.
   */
  selves?(): Promise<ReadonlySet<number>>;
  /** The same with what its token may do; asks each time. */
  account(): Promise<ForgeAccount>;
  /** What somebody may do at this moment, as the forge says and never as a message says about its author. */
  roleOf(login: string): Promise<ForgeRole>;
  /**
   * What changed since the cursor; without one: all open issues, no comments, and no pull requests. A long list comes
   * page by page (`more`).
   */
  changes(query: { readonly cursor?: Json }): Promise<ForgeChanges>;
  /** Undefined: there is no such issue, or the number is a pull request's. */
  issue(id: TaskId): Promise<ForgeIssue | undefined>;
  /** All comments of an issue or of a pull request's conversation, oldest first. */
  comments(thread: number): Promise<readonly ForgeComment[]>;
  /** Who labelled an issue, closed it or opened it again, and who edited its words. Undefined: there is no such issue. */
  history(id: TaskId): Promise<IssueHistory | undefined>;
  /** The children and the blockers that the forge itself knows of. */
  relations(id: TaskId): Promise<{ readonly children: readonly TaskId[]; readonly blockedBy: readonly TaskId[] }>;

  /** Opens an issue, unless one with this marker in its text is there. */
  openIssue(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
    readonly marker: string;
    /** Makes it a child of this one. */
    readonly parent?: TaskId;
  }): Promise<ForgeIssue>;
  /** Creates missing labels with these looks; leaves those that are there as people made them. */
  ensureLabels(labels: readonly LabelLooks[]): Promise<void>;
  setLabels(change: {
    readonly id: TaskId;
    readonly add: readonly string[];
    readonly remove: readonly string[];
  }): Promise<void>;
  closeIssue(request: { readonly id: TaskId; readonly as: "completed" | "not_planned" }): Promise<void>;
  reopenIssue(id: TaskId): Promise<void>;
  /** Writes the comment with this marker, or changes it when it is there; gives its id. */
  putComment(comment: { readonly thread: number; readonly marker: string; readonly body: string }): Promise<number>;
  /** Adds a reaction to a comment, once. */
  react(request: { readonly comment: number; readonly content: "eyes" | "rocket" | "+1" | "confused" }): Promise<void>;

  /** The pull request of a branch: the open one, else the newest. */
  pullRequest(branch: BranchName): Promise<PullRequest | undefined>;
  /**
   * All open pull requests whose branch is in this repository, and so was pushed by somebody who may write; what a forge
   * works out, such as `mergeable`, may be unknown.
   */
  openPulls(): Promise<readonly PullRequest[]>;
  pullRequestBy(number: number): Promise<PullRequest | undefined>;
  /**
   * A word for each of these pull requests that is another one whenever its head, state, checks, reviews or mergeability
   * may have changed; one request for many. What it has no word for is not in the map.
   */
  pullMarks(numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;
  openPullRequest(request: {
    readonly branch: BranchName;
    /** Absent: the repository's own default branch. */
    readonly base?: BranchName;
    readonly title: string;
    readonly body: string;
    readonly draft: boolean;
  }): Promise<PullRequest>;
  editPullRequest(request: {
    readonly number: number;
    readonly title?: string;
    readonly body?: string;
    readonly state?: "closed";
  }): Promise<void>;
  /** Makes a draft an ordinary pull request; one that is none stays as it is. */
  markReady(number: number): Promise<void>;
  checks(commit: CommitSha): Promise<ForgeChecks>;
  /**
   * What the branch asks for before a merge, as of some minutes ago; with `fresh`, and after a merge that the rules
   * refused, as it is now. A forge that has no rules, or does not let the token read them, asks for nothing.
   */
  rules(base: BranchName, how?: { readonly fresh?: boolean }): Promise<BranchRules>;
  /** The end of a job's log, at most `maxBytes`; empty when there is none. */
  jobLog(request: { readonly job: number; readonly maxBytes: number }): Promise<string>;
  /** How many runs of the forge's own continuous integration at a commit go on; those that wait for people don't. */
  runsGoingOn(commit: CommitSha): Promise<number>;
  /** Runs the failed jobs of a commit again, in runs that have ended; how many runs were started. */
  rerunFailed(commit: CommitSha): Promise<number>;
  /** Oldest first. */
  reviews(number: number): Promise<readonly PullReview[]>;
  submitReview(review: NewReview): Promise<void>;
  /** Merges only while the head is `expected`; asked again, it answers the same. */
  merge(request: {
    readonly number: number;
    readonly expected: CommitSha;
    readonly method: MergeMethod;
    readonly title: string;
    readonly message: string;
  }): Promise<ForgeMerge>;
  /** The branches whose names begin so, in the fork where there is one, with their commits. */
  branches(prefix: string): Promise<ReadonlyMap<BranchName, CommitSha>>;
  /** Removes a branch, in the fork where there is one, while it is at this commit; true when it is gone afterwards. */
  deleteBranch(request: { readonly branch: BranchName; readonly expected: CommitSha }): Promise<boolean>;
  /**
   * Makes a branch at this commit as the one in which the issue is worked on: the forge shows it there. True when it is
   * shown there afterwards. False, and nothing is made: the branch is there already, or it belongs into a fork.
   */
  linkBranch(request: {
    readonly issue: TaskId;
    readonly branch: BranchName;
    readonly commit: CommitSha;
  }): Promise<boolean>;
  /** What git needs to reach the repository: an address without a secret, and a header that holds one. */
  remote(): Promise<ForgeRemote>;
  budget(): RequestBudget;
}

/** How git reaches a repository of a forge. */
export interface ForgeRemote {
  /** `https://…`, without a user or password. */
  readonly url: string;
  /** Where branches go, when they may not go there: the address of a fork, reached with the same header. */
  readonly forkUrl?: string;
  /** The value of an HTTP `Authorization` header; a secret. */
  readonly authorization: string;
}

/** The forges of all projects. */
export interface Forges {
  /** Undefined: the project's results stay in the user's repository. */
  of(project: ProjectId): Forge | undefined;
  /** Signs what orch says there, so that it knows its own words; at least 32 bytes, the same over restarts. */
  readonly key: Uint8Array;
}

/** Something may have changed on a forge: look there. Losing one must cost a poll, not work (law 2). */
export type ForgeHint =
  | { readonly project: ProjectId; readonly about: "issue"; readonly number: number }
  | { readonly project: ProjectId; readonly about: "pull"; readonly number: number }
  | { readonly project: ProjectId; readonly about: "commit"; readonly commit: CommitSha };
