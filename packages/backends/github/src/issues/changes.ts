import { createHash } from "node:crypto";

import type { Forge, ForgeChanges, Json } from "@orch/core";
import { z } from "zod";

import { PER_PAGE, type Repository } from "../repository.ts";
import { commentOf, issueOf, type CommentRow, type IssueRow } from "../shapes.ts";

/** How far one list was read: from `since` on, all but what is in `seen` with the same fingerprint. */
interface Position {
  /** As GitHub writes it: whole seconds, inclusive. */
  readonly since: string;
  /** Fingerprints by id, of what changed in `since` or later and was read. */
  readonly seen: Readonly<Record<string, string>>;
  /** Set while the list goes on: the page that comes next. */
  readonly on?: Page;
}

/** A page of what changed in this second or later, from 1 on. */
interface Page {
  readonly since: string;
  readonly page: number;
}

interface Cursor {
  readonly issues: Position;
  readonly comments: Position;
  /** Set during the first look: how far the open issues were read. */
  readonly open?: Position;
}

interface Row {
  readonly id: number;
  readonly updated_at: string;
}

/** A list may show a change some seconds later than the next one: so far back is read again. */
const OVERLAP_MS = 10_000;
const BEGINNING: Position = { since: "1970-01-01T00:00:00Z", seen: {} };

/**
 * What changed since a cursor, a page of each list at a time. GitHub's `since` counts whole seconds and includes its own,
 * so a cursor carries fingerprints of the last seconds: nothing that came in the same second is lost, nothing unchanged
 * is told again.
 */
export function changesOf(repository: Repository): Forge["changes"] {
  return async ({ cursor }) => {
    const known = cursorIn(cursor) ?? (await beginning(repository));
    const changes = await (known.open === undefined
      ? changesSince(repository, known)
      : openIssues(repository, known, known.open));
    // Whatever is told may lead to work: it has to be of this very repository.
    if (changes.issues.length + changes.comments.length + changes.pulls.length > 0) await repository.place.verify();
    return changes;
  };
}

/** Read before the open issues: what changes in between is told twice rather than never. */
async function beginning(repository: Repository): Promise<Cursor> {
  const { at, client } = repository;
  const rest = client.rest("status");
  const newest = { ...at, sort: "updated", direction: "desc", per_page: 1, page: 1 } as const;
  const [issue] = (await rest.issues.listForRepo({ ...newest, state: "all" })).data;
  const [comment] = (await rest.issues.listCommentsForRepo(newest)).data;
  const issues = await readAll(issueLister(repository), startAt(issue));
  const comments = await readAll(commentLister(repository), startAt(comment));
  return { issues, comments, open: BEGINNING };
}

/** Where reading starts when nothing before it matters. */
function startAt(newest: Row | undefined): Position {
  return newest === undefined ? BEGINNING : { since: earlier(newest.updated_at), seen: {} };
}

/** The position behind the few rows that there are from another one on. */
async function readAll<Entry extends Row>(list: Lister<Entry>, from: Position): Promise<Position> {
  let next = (await read(list, from)).next;
  while (next.on !== undefined) ({ next } = await read(list, next));
  return next;
}

/** A page of the open issues of the first look. */
async function openIssues(repository: Repository, cursor: Cursor, from: Position): Promise<ForgeChanges> {
  const { fresh, next } = await read(issueLister(repository, "open"), from);
  const rows = fresh.filter(({ pull_request: pull }) => pull === undefined);
  const { since, seen } = cursor.issues;
  const shown = rows.filter(({ updated_at: at }) => at >= since).map((row) => [row.id, fingerprint(row)] as const);
  const issues = { ...cursor.issues, seen: { ...seen, ...Object.fromEntries(shown) } };
  const more = next.on !== undefined;
  const following = more ? { ...cursor, issues, open: next } : { issues, comments: cursor.comments };
  return { ...told({ issues: rows }), cursor: cursorOf(following), ...(more ? { more } : {}) };
}

/** A page of the issues and one of the comments; a list that goes on is read to its end before the other one. */
async function changesSince(repository: Repository, cursor: Cursor): Promise<ForgeChanges> {
  const issues =
    cursor.comments.on === undefined
      ? await read(issueLister(repository), cursor.issues)
      : { fresh: [], next: cursor.issues };
  const comments =
    issues.next.on === undefined
      ? await read(commentLister(repository), cursor.comments)
      : { fresh: [], next: cursor.comments };
  const more = issues.next.on !== undefined || comments.next.on !== undefined;
  return {
    ...told({ issues: issues.fresh, comments: comments.fresh }),
    cursor: cursorOf({ issues: issues.next, comments: comments.next }),
    ...(more ? { more } : {}),
  };
}

function told(rows: {
  readonly issues: readonly IssueRow[];
  readonly comments?: readonly CommentRow[];
}): Pick<ForgeChanges, "issues" | "comments" | "pulls"> {
  return {
    issues: rows.issues.filter(({ pull_request: pull }) => pull === undefined).map(issueOf),
    comments: (rows.comments ?? []).map(commentOf),
    pulls: rows.issues.filter(({ pull_request: pull }) => pull !== undefined).map(({ number }) => number),
  };
}

type Lister<Entry extends Row> = (page: Page) => Promise<readonly Entry[]>;

function issueLister({ at, client }: Repository, state: "all" | "open" = "all"): Lister<IssueRow> {
  const order = { ...at, state, sort: "updated", direction: "asc", per_page: PER_PAGE } as const;
  return async (page) => (await client.rest("status").issues.listForRepo({ ...order, ...page })).data;
}

function commentLister({ at, client }: Repository): Lister<CommentRow> {
  const order = { ...at, sort: "updated", direction: "asc", per_page: PER_PAGE } as const;
  return async (page) => (await client.rest("status").issues.listCommentsForRepo({ ...order, ...page })).data;
}

/** Reads a page from a position. The next begins at the last second of this one: pages by number move under changes. */
async function read<Entry extends Row>(
  list: Lister<Entry>,
  { since, seen, on }: Position,
): Promise<{ readonly fresh: readonly Entry[]; readonly next: Position }> {
  const place = on ?? { since, page: 1 };
  const rows = await list(place);
  const newest = rows.reduce((latest, row) => (row.updated_at > latest ? row.updated_at : latest), place.since);
  const from = newest === since ? since : maximum(since, earlier(newest));
  const recent = rows.filter(({ updated_at: at }) => at >= from).map((row) => [row.id, fingerprint(row)] as const);
  const isWhole = rows.length < PER_PAGE;
  // Of a list of several pages, what the ones before showed may be shown again.
  const kept = on === undefined && isWhole ? {} : seen;
  const next = { since: from, seen: { ...kept, ...Object.fromEntries(recent) } };
  const following = newest > place.since ? { since: newest, page: 1 } : { ...place, page: place.page + 1 };
  return {
    fresh: rows.filter((row) => seen[row.id] !== fingerprint(row)),
    next: isWhole ? next : { ...next, on: following },
  };
}

function maximum(one: string, other: string): string {
  return one > other ? one : other;
}

function earlier(stamp: string): string {
  return new Date(Date.parse(stamp) - OVERLAP_MS).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Tells two states of one object apart, also when both are of the same second. */
function fingerprint(row: Row): string {
  return createHash("sha256").update(JSON.stringify(row)).digest("base64url").slice(0, 12);
}

function cursorOf({ issues, comments, open }: Cursor): Json {
  const whole = { issues: jsonOf(issues), comments: jsonOf(comments) };
  return open === undefined ? whole : { ...whole, open: jsonOf(open) };
}

function jsonOf({ since, seen, on }: Position): Json {
  return { since, seen, ...(on === undefined ? {} : { on: { ...on } }) };
}

/** A cursor of ours; anything else starts anew. */
function cursorIn(value: Json | undefined): Cursor | undefined {
  const known = written.safeParse(value);
  if (!known.success) return undefined;
  const { issues, comments, open } = known.data;
  const whole = { issues: positionOf(issues), comments: positionOf(comments) };
  return open === undefined ? whole : { ...whole, open: positionOf(open) };
}

const position = z.object({
  since: z.string(),
  seen: z.record(z.string(), z.string()),
  on: z.object({ since: z.string(), page: z.int().min(1) }).optional(),
});
const written = z.object({ issues: position, comments: position, open: position.optional() });

function positionOf({ since, seen, on }: z.infer<typeof position>): Position {
  return { since, seen, ...(on === undefined ? {} : { on }) };
}
