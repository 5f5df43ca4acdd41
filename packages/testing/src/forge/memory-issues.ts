import type { Forge, ForgeIssue, LabelLooks, TaskId } from "@orch/core";

import {
  addComment,
  addIssue,
  addLabels,
  changeComment,
  issueRecord,
  missing,
  noteActs,
  touch,
  type MemoryState,
} from "./memory-state.ts";

/** The methods of a forge that are about issues and their comments. */
export type IssueMethods = Pick<
  Forge,
  | "changes"
  | "issue"
  | "comments"
  | "history"
  | "relations"
  | "openIssue"
  | "ensureLabels"
  | "setLabels"
  | "closeIssue"
  | "reopenIssue"
  | "putComment"
  | "react"
>;

/** Issues in memory, as `self` writes them. */
export function memoryIssues(state: MemoryState, self: string): IssueMethods {
  return {
    changes: async ({ cursor }) => changesSince(state, typeof cursor === "number" ? cursor : undefined),
    async issue(id) {
      const issue = state.issues.get(Number(id));
      return issue === undefined ? undefined : shown(issue);
    },
    async comments(thread) {
      if (!state.issues.has(thread) && !state.pulls.has(thread)) throw missing(`issue or pull request ${thread}`);
      return state.comments.filter((comment) => comment.thread === thread).map(shown);
    },
    history: async (id) => historyIn(state, Number(id)),
    async relations(id) {
      issueRecord(state, id);
      return { children: state.children.get(id) ?? [], blockedBy: state.blockers.get(id) ?? [] };
    },
    async openIssue({ marker, parent, ...issue }) {
      const known = [...state.issues.values()].find(
        ({ body, author }) => body.includes(markLine(marker)) && author.login === self,
      );
      const opened = known ?? addIssue(state, { ...issue, body: marked(issue.body, marker), as: self });
      if (parent !== undefined) makeChild(state, parent, opened.id);
      return shown(opened);
    },
    async ensureLabels(labels) {
      for (const label of labels) makeLabel(state, label);
    },
    async setLabels({ id, add, remove }) {
      const issue = issueRecord(state, id);
      const kept = issue.labels.filter((label) => !remove.includes(label));
      const labels = [...kept, ...add.filter((label) => !kept.includes(label))];
      if (labels.join("\n") === issue.labels.join("\n")) return;
      addLabels(state, add);
      noteActs(state, { thread: Number(id), as: self, labels: add.filter((label) => !issue.labels.includes(label)) });
      Object.assign(issue, { labels });
      touch(state, Number(id));
    },
    ...openOrClosed(state, self),
    async putComment({ thread, marker, body }) {
      const text = marked(body, marker);
      const known = state.comments.find(
        (comment) =>
          comment.thread === thread && comment.author.login === self && comment.body.includes(markLine(marker)),
      );
      if (known === undefined) return addComment(state, { thread, body: text, as: self });
      if (known.body !== text) changeComment(state, { id: known.id, body: text, as: self });
      return known.id;
    },
    async react({ comment, content }) {
      if (!state.comments.some(({ id }) => id === comment)) throw missing(`comment ${comment}`);
      state.reactions.add(`${comment} ${content}`);
    },
  };
}

function openOrClosed(state: MemoryState, self: string): Pick<IssueMethods, "closeIssue" | "reopenIssue"> {
  return {
    async closeIssue({ id, as }) {
      const issue = issueRecord(state, id);
      if (issue.state === "closed" && issue.closedAs === as) return;
      if (issue.state === "open") noteActs(state, { thread: Number(id), as: self, state: "closed" });
      Object.assign(issue, { state: "closed", closedAs: as });
      touch(state, Number(id));
    },
    async reopenIssue(id) {
      const issue = issueRecord(state, id);
      if (issue.state === "open") return;
      noteActs(state, { thread: Number(id), as: self, state: "open" });
      issue.state = "open";
      delete issue.closedAs;
      touch(state, Number(id));
    },
  };
}

function historyIn(state: MemoryState, thread: number): Awaited<ReturnType<Forge["history"]>> {
  const issue = state.issues.get(thread);
  if (issue === undefined) return undefined;
  const acts = state.acts.filter((act) => act.thread === thread);
  const said = state.comments.filter((comment) => comment.thread === thread);
  return {
    title: issue.title,
    body: issue.body,
    comments: new Map(said.map(({ id, body }) => [id, body])),
    labelled: acts.flatMap(({ by, at, label }) => (label === undefined ? [] : [{ by, at, label }])),
    states: acts.flatMap(({ by, at, state: now }) => (now === undefined ? [] : [{ by, at, state: now }])),
    edits: acts
      .filter(({ label, state: now }) => label === undefined && now === undefined)
      .map(({ thread: _thread, ...act }) => act),
  };
}

/** A mark that readers don't see. */
export function markLine(marker: string): string {
  return `<!-- ${marker} -->`;
}

/** A text after its mark. */
export function marked(body: string, marker: string): string {
  return `${markLine(marker)}\n${body}`;
}

function shown<Value extends { changed: number }>({ changed: _changed, ...value }: Value): Omit<Value, "changed"> {
  return value;
}

function changesSince(state: MemoryState, cursor: number | undefined): Awaited<ReturnType<Forge["changes"]>> {
  const byChange = (one: { changed: number }, other: { changed: number }): number => one.changed - other.changed;
  const since = cursor ?? -1;
  const issues = [...state.issues.values()].filter((issue) =>
    cursor === undefined ? issue.state === "open" : issue.changed > since,
  );
  const isNews = cursor !== undefined;
  return {
    issues: issues.toSorted(byChange).map((issue): ForgeIssue => shown(issue)),
    comments: isNews
      ? state.comments
          .filter(({ changed }) => changed > since)
          .toSorted(byChange)
          .map(shown)
      : [],
    pulls: isNews ? [...state.pulls.values()].filter(({ changed }) => changed > since).map(({ number }) => number) : [],
    cursor: state.changes,
  };
}

function makeChild(state: MemoryState, parent: TaskId, child: TaskId): void {
  const children = state.children.get(parent) ?? [];
  if (children.includes(child)) return;
  state.children.set(parent, [...children, child]);
  touch(state, Number(parent));
}

function makeLabel(state: MemoryState, label: LabelLooks): void {
  const key = label.name.toLowerCase();
  if (!state.labels.has(key)) state.labels.set(key, label);
}
