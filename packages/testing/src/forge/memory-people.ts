import { mergeMethods, type CommitSha, type ForgeCheck, type InlineComment, type PullReview } from "@orch/core";

import { MAIN, PEOPLE, type ForgePeople } from "./forge-people.ts";
import {
  addComment,
  addIssue,
  addLabels,
  changeComment,
  issueRecord,
  noteActs,
  pullRecord,
  touch,
  type JobRecord,
  type MemoryState,
} from "./memory-state.ts";

const DECISIONS = { approve: "approved", request_changes: "changes_requested", comment: "commented" } as const;

/** The people of a forge in memory. */
export function memoryPeople(state: MemoryState): ForgePeople {
  return { ...issuePeople(state), ...codePeople(state) };
}

type IssueActs = "openIssue" | "editIssue" | "comment" | "editComment" | "addChild" | "addBlocker" | "giveRole";

function issuePeople(state: MemoryState): Pick<ForgePeople, IssueActs> {
  return {
    openIssue: async ({ title, body = "", labels = [], as = PEOPLE.owner }) =>
      addIssue(state, { title, body, labels, as }).id,
    async editIssue({ id, as = PEOPLE.owner, ...change }) {
      const issue = issueRecord(state, id);
      addLabels(state, change.labels ?? []);
      const edits = (change.title ?? issue.title) !== issue.title || (change.body ?? issue.body) !== issue.body;
      const labels = (change.labels ?? []).filter((label) => !issue.labels.includes(label));
      const moved = change.state === undefined || change.state === issue.state ? {} : { state: change.state };
      noteActs(state, { thread: Number(id), as, edits, labels, ...moved });
      Object.assign(issue, change);
      if (change.state === "closed") issue.closedAs = "completed";
      if (change.state === "open") delete issue.closedAs;
      touch(state, Number(id));
    },
    comment: async ({ thread, body, as = PEOPLE.owner }) => addComment(state, { thread, body, as }),
    editComment: async ({ comment, body, as = PEOPLE.owner }) => changeComment(state, { id: comment, body, as }),
    async addChild({ parent, child }) {
      state.children.set(parent, [...(state.children.get(parent) ?? []), child]);
      touch(state, Number(parent));
    },
    async addBlocker({ id, by }) {
      state.blockers.set(id, [...(state.blockers.get(id) ?? []), by]);
      touch(state, Number(id));
    },
    giveRole: async ({ login, role }) => void state.roles.set(login, role),
  };
}

function codePeople(state: MemoryState): Omit<ForgePeople, IssueActs> {
  return {
    async push({ branch, files }) {
      const commit = state.git.commit(branch, files);
      pushed(state);
      return commit;
    },
    async removeBranch(branch) {
      state.git.remove(branch);
      for (const pull of state.pulls.values()) {
        if (pull.branch !== branch || pull.state !== "open") continue;
        pull.state = "closed";
        touch(state, pull.number);
      }
    },
    tip: async (branch) => state.git.tip(branch),
    review: async ({ as = PEOPLE.reviewer, comments = [], ...review }) =>
      addReview(state, { ...review, comments, as, commit: pullRecord(state, review.number).head }),
    report: async ({ commit, name, state: word }) => report(state, commit, { name, state: word }),
    async beginJob({ commit, name }) {
      const job = jobOf(state, { commit, name });
      report(state, commit, { name, job: job.id, state: "pending" });
      return job.id;
    },
    async finishJob({ commit, name, conclusion, log }) {
      const job = jobOf(state, { commit, name });
      job.log = log;
      report(state, commit, { name, job: job.id, state: conclusion === "success" ? "passing" : "failing" });
      return job.id;
    },
    async protect({ checks, strict = false }) {
      Object.assign(state, { required: checks, strict });
    },
    async rule({ checks = [], approvals = 0, methods = mergeMethods }) {
      Object.assign(state, { required: checks, approvals, methods });
    },
    async closePull(number) {
      pullRecord(state, number).state = "closed";
      touch(state, number);
    },
  };
}

function jobOf(state: MemoryState, { commit, name }: { readonly commit: CommitSha; readonly name: string }): JobRecord {
  const known = state.jobs.find((job) => job.commit === commit && job.name === name);
  if (known !== undefined) return known;
  const job: JobRecord = { id: state.next(), commit, name, log: "" };
  state.jobs.push(job);
  return job;
}

function report(state: MemoryState, commit: CommitSha, check: ForgeCheck): void {
  const known = state.checks.get(commit) ?? new Map<string, ForgeCheck>();
  state.checks.set(commit, known.set(check.name, check));
}

/** Takes note of where branches went. */
export function pushed(state: MemoryState): void {
  for (const pull of state.pulls.values()) {
    const tip = state.heads.tip(pull.branch);
    if (pull.state !== "open" || tip === undefined || tip === pull.head) continue;
    pull.head = tip;
    touch(state, pull.number);
  }
}

/** Adds a review of somebody; comments have to be in the change. */
export function addReview(
  state: MemoryState,
  review: {
    number: number;
    decision: "approve" | "request_changes" | "comment";
    body: string;
    as: string;
    commit: CommitSha;
    comments: readonly { readonly path: string; readonly line: number; readonly body: string }[];
  },
): number {
  const { number, commit } = review;
  const id = state.next();
  const changed = state.git.changed(pullRecord(state, number).head, state.git.tip(MAIN) ?? commit);
  const comments = review.comments.map(({ path, line, body }): InlineComment => {
    const comment = state.next();
    const hunk = `@@ -0,0 +1 @@\n+${changed.get(path)?.split("\n")[line - 1] ?? ""}`;
    return { id: comment, path, line, body, hunk, url: state.url(`pull/${number}#comment-${comment}`) };
  });
  const added: PullReview = {
    id,
    author: state.user(review.as),
    state: DECISIONS[review.decision],
    commit,
    body: review.body,
    comments,
    submittedAt: state.clock.now(),
  };
  state.reviews.set(number, [...(state.reviews.get(number) ?? []), added]);
  touch(state, number);
  return id;
}
