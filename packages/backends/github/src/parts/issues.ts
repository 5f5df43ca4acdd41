import type { Forge, ForgeChanges, ForgeComment, ForgeIssue, Json, TaskId } from "@orch/core";

import type { Client } from "../client/client.ts";
import { commentShape, issueShape, parse } from "./shapes.ts";
import { clip, markLine } from "./text.ts";

type Parts = Pick<Forge, "changes" | "issue" | "relations" | "openIssue" | "closeIssue">;

/** Where to go on reading: the newest stamp, in whole seconds, and what of that second is known already. */
interface Cursor {
  readonly issues: string;
  readonly comments: string;
  /** Number or id with its stamp, of the newest second. */
  readonly seen: readonly string[];
}

/** Issues, their labels and comments. `self` gives the id of the token's owner. */
export function issueParts(client: Client, self: () => Promise<number>): Parts {
  async function issue(id: TaskId): Promise<ForgeIssue | undefined> {
    const body = await client.get(`/issues/${id}`);
    if (body === undefined) return undefined;
    const { issue: found, isPull } = parse(issueShape, body);
    return isPull ? undefined : found;
  }

  return {
    changes: ({ cursor }) => changes(client, cursor),
    issue,
    async relations(id) {
      const [children, blockers] = await Promise.all([
        client.list(`/issues/${id}/sub_issues`, { lane: "housekeeping" }),
        client.list(`/issues/${id}/dependencies/blocked_by`, { lane: "housekeeping" }),
      ]);
      const ids = (bodies: readonly unknown[]): readonly TaskId[] =>
        bodies.map((body) => parse(issueShape, body).issue.id);
      return { children: ids(children), blockedBy: ids(blockers) };
    },
    async openIssue({ title, body, labels, marker, parent }) {
      const mark = markLine(marker);
      const own = await self();
      const mine = (await client.list("/issues?state=all&sort=created&direction=desc", { pages: 2 })).map((each) =>
        parse(issueShape, each),
      );
      const there = mine.find(
        ({ issue: each, isPull }) => !isPull && each.author.id === own && each.body.includes(mark),
      );
      const made =
        there ?? parse(issueShape, await client.write("POST /issues", { title, body: clip(body, mark), labels }));
      if (parent !== undefined) await addChild(client, { parent, child: made.issue.id });
      return made.issue;
    },
    async closeIssue({ id, as }) {
      if ((await issue(id))?.state === "closed") return;
      await client.write(`PATCH /issues/${id}`, { state: "closed", state_reason: as });
    },
  };
}

async function changes(client: Client, cursor: Json | undefined): Promise<ForgeChanges> {
  const before = cursorOf(cursor);
  if (before === undefined) return firstChanges(client);
  const seen = new Set(before.seen);
  const since = (stamp: string): string => `since=${encodeURIComponent(stamp)}&sort=updated&direction=asc`;
  const issues = (await client.list(`/issues?state=all&${since(before.issues)}`)).map((body) =>
    parse(issueShape, body),
  );
  const comments = (await client.list(`/issues/comments?${since(before.comments)}`)).map((body) =>
    parse(commentShape, body),
  );
  const freshIssues = issues.filter(({ issue }) => !seen.has(issueKey(issue)));
  const freshComments = comments.filter((comment) => !seen.has(commentKey(comment)));
  const newest = {
    issues: latest(
      issues.map(({ issue }) => issue),
      before.issues,
    ),
    comments: latest(comments, before.comments),
  };
  return {
    issues: freshIssues.flatMap(({ issue, isPull }) => (isPull ? [] : [issue])),
    comments: freshComments,
    pulls: freshIssues.flatMap(({ issue, isPull }) => (isPull ? [Number(issue.id)] : [])),
    cursor: {
      ...newest,
      seen: [
        ...issues
          .map(({ issue }) => issue)
          .filter(({ updatedAt }) => stampOf(updatedAt) === newest.issues)
          .map(issueKey),
        ...comments.filter(({ updatedAt }) => stampOf(updatedAt) === newest.comments).map(commentKey),
        // A second that brought nothing newer keeps what is known of it.
        ...before.seen.filter((key) => key.endsWith(newest.issues) || key.endsWith(newest.comments)),
      ],
    },
  };
}

async function firstChanges(client: Client): Promise<ForgeChanges> {
  const all = (await client.list("/issues?state=open&sort=updated&direction=asc")).map((body) =>
    parse(issueShape, body),
  );
  const start = stampOf(0);
  const newest = latest(
    all.map(({ issue }) => issue),
    start,
  );
  const [last] = (await client.list("/issues/comments?sort=updated&direction=desc", { pages: 1 })).map((body) =>
    parse(commentShape, body),
  );
  const comments = last === undefined ? newest : stampOf(last.updatedAt);
  return {
    issues: all.flatMap(({ issue, isPull }) => (isPull ? [] : [issue])),
    comments: [],
    pulls: [],
    cursor: {
      issues: newest,
      comments,
      seen: [
        ...all
          .map(({ issue }) => issue)
          .filter(({ updatedAt }) => stampOf(updatedAt) === newest)
          .map(issueKey),
        ...(last === undefined ? [] : [commentKey(last)]),
      ],
    },
  };
}

function cursorOf(value: Json | undefined): Cursor | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { issues, comments, seen } = value as Partial<Cursor>;
  if (typeof issues !== "string" || typeof comments !== "string" || !Array.isArray(seen)) return undefined;
  return { issues, comments, seen };
}

function issueKey({ id, updatedAt }: ForgeIssue): string {
  return `${id} ${stampOf(updatedAt)}`;
}

function commentKey({ id, updatedAt }: ForgeComment): string {
  return `c${id} ${stampOf(updatedAt)}`;
}

function stampOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function latest(items: readonly { readonly updatedAt: number }[], before: string): string {
  const newest = stampOf(Math.max(0, ...items.map(({ updatedAt }) => updatedAt)));
  return newest > before ? newest : before;
}

async function addChild(
  client: Client,
  { parent, child }: { readonly parent: TaskId; readonly child: TaskId },
): Promise<void> {
  const there = (await client.list(`/issues/${parent}/sub_issues`)).map((body) => parse(issueShape, body).issue.id);
  if (there.includes(child)) return;
  const body = (await client.get(`/issues/${child}`)) as { readonly id?: number } | undefined;
  await client.write(`POST /issues/${parent}/sub_issues`, { sub_issue_id: body?.id });
}
