import {
  orchError,
  type BranchName,
  type CheckState,
  type CommitSha,
  type Forge,
  type ForgeCheck,
  type ForgeMerge,
  type NewReview,
  type PullRequest,
} from "@orch/core";

import { MAIN } from "./forge-people.ts";
import { marked, markLine } from "./memory-issues.ts";
import { addReview, pushed } from "./memory-people.ts";
import { issueRecord, pullRecord, touch, type MemoryState, type PullRecord } from "./memory-state.ts";

/** The methods of a forge that are about code. */
export type PullMethods = Pick<
  Forge,
  | "pullRequest"
  | "pullRequestBy"
  | "openPulls"
  | "pullMarks"
  | "openPullRequest"
  | "editPullRequest"
  | "markReady"
  | "checks"
  | "rules"
  | "jobLog"
  | "runsGoingOn"
  | "rerunFailed"
  | "reviews"
  | "submitReview"
  | "merge"
  | "branches"
  | "deleteBranch"
  | "linkBranch"
>;

/** Pull requests in memory, as `self` writes them. */
export function memoryPulls(state: MemoryState, self: string): PullMethods {
  return {
    async pullRequest(branch) {
      const found = pullOf(state, branch);
      return found === undefined ? undefined : shown(state, found);
    },
    async pullRequestBy(number) {
      const found = state.pulls.get(number);
      return found === undefined ? undefined : shown(state, found);
    },
    openPulls: async () => openPulls(state),
    async pullMarks(numbers) {
      const found = numbers.flatMap((number) => state.pulls.get(number) ?? []);
      return new Map(found.map((pull) => [pull.number, markOf(state, pull)]));
    },
    openPullRequest: async (request) => openPull(state, { ...request, self }),
    async editPullRequest({ number, ...change }) {
      const pull = pullRecord(state, number);
      if (pull.state === "merged" && change.state !== undefined) return;
      Object.assign(pull, change);
      touch(state, number);
    },
    async markReady(number) {
      const pull = pullRecord(state, number);
      if (!pull.draft) return;
      Object.assign(pull, { draft: false });
      touch(state, number);
    },
    async checks(commit) {
      const checks = [...(state.checks.get(commit)?.values() ?? [])];
      return { state: stateOf(checks), checks };
    },
    async rules() {
      const { required, approvals, methods } = state;
      return { checks: required.map((name) => ({ name })), approvals, methods };
    },
    async jobLog({ job, maxBytes }) {
      const log = Buffer.from(state.jobs.find(({ id }) => id === job)?.log ?? "");
      return log.subarray(Math.max(log.length - maxBytes, 0)).toString("utf8");
    },
    runsGoingOn: async (commit) => (goesOn(state, commit) ? 1 : 0),
    rerunFailed: async (commit) => rerunFailed(state, commit),
    async reviews(number) {
      pullRecord(state, number);
      return state.reviews.get(number) ?? [];
    },
    submitReview: async (review) => submit(state, self, review),
    merge: async (request) => merge(state, self, request),
    branches: async (prefix) => new Map([...state.heads.branches()].filter(([name]) => name.startsWith(prefix))),
    deleteBranch: async (request) => deleteBranch(state, request),
    linkBranch: async (request) => linkBranch(state, request),
  };
}

/** All jobs of a commit are one run here. */
function goesOn({ checks }: MemoryState, commit: CommitSha): boolean {
  const jobs = [...(checks.get(commit)?.values() ?? [])].filter(({ job }) => job !== undefined);
  return jobs.some(({ state }) => state === "pending");
}

function openPulls(state: MemoryState): Awaited<ReturnType<Forge["openPulls"]>> {
  // What is in a fork, anybody may have pushed.
  if (state.heads !== state.git) return [];
  const open = [...state.pulls.values()].filter((pull) => pull.state === "open");
  return open.map((pull) => shown(state, pull));
}

function rerunFailed(state: MemoryState, commit: CommitSha): number {
  if (goesOn(state, commit)) return 0;
  const checks = state.checks.get(commit) ?? new Map<string, ForgeCheck>();
  const failed = [...checks.values()].filter(({ state: word, job }) => word === "failing" && job !== undefined);
  for (const check of failed) checks.set(check.name, { ...check, state: "pending" });
  return failed.length > 0 ? 1 : 0;
}

function deleteBranch(state: MemoryState, { branch, expected }: Parameters<Forge["deleteBranch"]>[0]): boolean {
  const tip = state.heads.tip(branch);
  if (tip !== undefined && tip !== expected) return false;
  state.heads.remove(branch);
  return true;
}

function linkBranch(state: MemoryState, { issue, branch, commit }: Parameters<Forge["linkBranch"]>[0]): boolean {
  const { id } = issueRecord(state, issue);
  const linked = state.linked.get(id) ?? [];
  if (state.heads !== state.git) return false;
  if (state.git.tip(branch) !== undefined) return linked.includes(branch);
  if (!state.git.has(commit)) throw orchError("forge_refused", `there is no commit ${commit}`);
  state.git.place(branch, { commit });
  state.linked.set(id, [...linked, branch]);
  return true;
}

function pullOf(state: MemoryState, branch: BranchName): PullRecord | undefined {
  const own = [...state.pulls.values()].filter((pull) => pull.branch === branch);
  return own.findLast((pull) => pull.state === "open") ?? own.at(-1);
}

function shown(state: MemoryState, record: PullRecord): PullRequest {
  const { changed: _changed, mergedBy: _mergedBy, openedAsDraft: _openedAsDraft, ...pull } = record;
  const base = state.git.tip(pull.base) ?? pull.head;
  return {
    ...pull,
    url: state.url(`pull/${pull.number}`),
    mergeable: state.git.fits(pull.head, base) ? "yes" : "conflict",
    behind: isBehind(state, pull),
    blocked: pull.state === "open" && !meetsRules(state, pull),
  };
}

/** Whether the rules of its base let a pull request through. */
export function meetsRules(state: MemoryState, { number, head }: Pick<PullRecord, "number" | "head">): boolean {
  const isGreen = state.required.every((name) => state.checks.get(head)?.get(name)?.state === "passing");
  return isGreen && hasApprovals(state, { number, head });
}

/** Approvals of earlier heads count no more. */
function hasApprovals(
  { reviews, approvals }: MemoryState,
  { number, head }: Pick<PullRecord, "number" | "head">,
): boolean {
  const given = (reviews.get(number) ?? []).filter(({ state, commit }) => state === "approved" && commit === head);
  return new Set(given.map(({ author }) => author.login)).size >= approvals;
}

function isBehind(state: MemoryState, { head, base }: Pick<PullRecord, "head" | "base">): boolean {
  const tip = state.git.tip(base);
  return state.strict && tip !== undefined && !state.git.reaches(head, tip);
}

function markOf(state: MemoryState, pull: PullRecord): string {
  const checks = [...(state.checks.get(pull.head)?.values() ?? [])];
  return JSON.stringify([shown(state, pull), checks, state.reviews.get(pull.number) ?? []]);
}

function openPull(
  state: MemoryState,
  { self, base: into = MAIN, ...request }: Parameters<Forge["openPullRequest"]>[0] & { self: string },
): PullRequest {
  const tip = state.heads.tip(request.branch);
  const known = pullOf(state, request.branch);
  if (known !== undefined && (known.state === "open" || tip === undefined || tip === known.head))
    return shown(state, known);
  const base = state.git.tip(into);
  if (tip === undefined || base === undefined) throw orchError("forge_refused", `there is no branch ${request.branch}`);
  if (state.git.changed(tip, base).size === 0)
    throw orchError("forge_refused", `${request.branch} has no commit that ${into} has not`);
  const number = state.nextNumber();
  const pull: PullRecord = {
    ...request,
    base: into,
    number,
    author: state.user(self),
    openedAsDraft: request.draft,
    state: "open",
    head: tip,
    changed: 0,
  };
  state.pulls.set(number, pull);
  touch(state, number);
  return shown(state, pull);
}

function stateOf(checks: readonly ForgeCheck[]): CheckState {
  const states = new Set(checks.map(({ state }) => state));
  if (states.size === 0) return "none";
  return (["failing", "pending"] as const).find((state) => states.has(state)) ?? "passing";
}

function submit(state: MemoryState, self: string, review: NewReview): void {
  const pull = pullRecord(state, review.number);
  const known = state.reviews.get(review.number) ?? [];
  if (known.some(({ author, body }) => author.login === self && body.includes(markLine(review.marker)))) return;
  const changed = state.git.changed(pull.head, state.git.tip(pull.base) ?? pull.head);
  const isInside = ({ path, line }: NewReview["comments"][number]): boolean =>
    line <= (changed.get(path)?.split("\n").length ?? 0);
  const outside = review.comments.filter((comment) => !isInside(comment));
  const rest = outside.map(({ path, line, body }) => `\n\n\`${path}:${line}\`: ${body}`).join("");
  addReview(state, {
    ...review,
    // Nobody decides about their own pull request.
    decision: pull.author.login === self ? "comment" : review.decision,
    as: self,
    body: marked(review.body + rest, review.marker),
    comments: review.comments.filter(isInside),
  });
}

function merge(state: MemoryState, self: string, request: Parameters<Forge["merge"]>[0]): ForgeMerge {
  const pull = pullRecord(state, request.number);
  if (pull.mergeCommit !== undefined) return { kind: "merged", commit: pull.mergeCommit };
  const refused = refusal(state, pull, request);
  if (refused !== undefined) return { kind: "refused", why: refused, detail: `the forge says ${refused}` };
  return { kind: "merged", commit: mergeAs(state, { pull, as: self }) };
}

/** Merges a pull request as somebody, whatever the rules say; gives the commit. */
export function mergeAs(
  state: MemoryState,
  { pull, as }: { readonly pull: PullRecord; readonly as: string },
): CommitSha {
  const files = state.git.changed(pull.head, state.git.tip(pull.base) ?? pull.head);
  const commit = state.git.commit(pull.base, Object.fromEntries(files));
  Object.assign(pull, { state: "merged", mergeCommit: commit, mergedBy: state.user(as) });
  touch(state, pull.number);
  closeLinked(state, pull);
  pushed(state);
  return commit;
}

/** What shows the branch as its own is closed by the merge. */
function closeLinked(state: MemoryState, { branch, base }: PullRecord): void {
  if (base !== MAIN) return;
  for (const [id, branches] of state.linked) {
    const issue = issueRecord(state, id);
    if (!branches.includes(branch) || issue.state === "closed") continue;
    Object.assign(issue, { state: "closed", closedAs: "completed" });
    touch(state, Number(id));
  }
}

function refusal(
  state: MemoryState,
  pull: PullRecord,
  { expected, method }: Parameters<Forge["merge"]>[0],
): Extract<ForgeMerge, { kind: "refused" }>["why"] | undefined {
  if (pull.state === "closed") return "closed";
  if (pull.head !== expected) return "head";
  if (!state.git.fits(pull.head, state.git.tip(pull.base) ?? pull.head)) return "conflict";
  if (pull.draft || !meetsRules(state, pull)) return "blocked";
  if (!state.methods.includes(method)) return "blocked";
  return isBehind(state, pull) ? "behind" : undefined;
}
