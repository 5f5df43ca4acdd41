import { createHash } from "node:crypto";

import type { Forge, ForgeChanges, Json } from "@orch/core";

import { PER_PAGE, type Repository } from "../repository.ts";
import { commentOf, issueOf, type CommentRow, type IssueRow } from "../shapes.ts";

/** How far one list was read: from `since` on, all but what is in `seen` with the same fingerprint. */
interface Position {
  /** As GitHub writes it: whole seconds, inclusive. */
  readonly since: string;
  /** Fingerprints by id, of what changed in `since` or later. */
  readonly seen: Readonly<Record<string, string>>;
}

interface Cursor {
  readonly issues: Position;
  readonly comments: Position;
}

interface Row {
  readonly id: number;
  readonly updated_at: string;
}

/** A list may show a change some seconds later than the next one: so far back is read again. */
const OVERLAP_MS = 10_000;
const BEGINNING: Position = { since: "1970-01-01T00:00:00Z", seen: {} };

/**
 * What changed since a cursor. GitHub's `since` counts whole seconds and includes its own, so a cursor carries
 * fingerprints of the last seconds: nothing that came in the same second is lost, nothing unchanged is told again.
 */
export function changesOf(repository: Repository): Forge["changes"] {
  return async ({ cursor }) => {
    const known = cursorIn(cursor);
    return known === undefined ? firstChanges(repository) : changesSince(repository, known);
  };
}

async function firstChanges(repository: Repository): Promise<ForgeChanges> {
  const { at, client } = repository;
  const rest = client.rest("status");
  const newest = { ...at, sort: "updated", direction: "desc", per_page: 1, page: 1 } as const;
  const [issue] = (await rest.issues.listForRepo({ ...newest, state: "all" })).data;
  const [comment] = (await rest.issues.listCommentsForRepo(newest)).data;
  // Read before the open ones: what changes in between is told twice rather than never.
  const issues = await read(issueLister(repository), startAt(issue));
  const comments = await read(commentLister(repository), startAt(comment));
  const open: Map<number, IssueRow> = new Map();
  const openSince = await read(issueLister(repository, "open"), BEGINNING);
  for (const row of openSince.fresh) if (row.pull_request === undefined) open.set(row.id, row);
  const shown = { ...issues.next.seen };
  for (const row of open.values()) if (row.updated_at >= issues.next.since) shown[row.id] = fingerprint(row);
  return {
    issues: [...open.values()].map(issueOf),
    comments: [],
    pulls: [],
    cursor: cursorOf({ issues: { since: issues.next.since, seen: shown }, comments: comments.next }),
  };
}

/** Where reading starts when nothing before it matters. */
function startAt(newest: Row | undefined): Position {
  return newest === undefined ? BEGINNING : { since: earlier(newest.updated_at), seen: {} };
}

async function changesSince(repository: Repository, cursor: Cursor): Promise<ForgeChanges> {
  const issues = await read(issueLister(repository), cursor.issues);
  const comments = await read(commentLister(repository), cursor.comments);
  return {
    issues: issues.fresh.filter(({ pull_request: pull }) => pull === undefined).map(issueOf),
    comments: comments.fresh.map(commentOf),
    pulls: issues.fresh.filter(({ pull_request: pull }) => pull !== undefined).map(({ number }) => number),
    cursor: cursorOf({ issues: issues.next, comments: comments.next }),
  };
}

type Lister<Entry extends Row> = (page: { since: string; page: number }) => Promise<readonly Entry[]>;

function issueLister({ at, client }: Repository, state: "all" | "open" = "all"): Lister<IssueRow> {
  const order = { ...at, state, sort: "updated", direction: "asc", per_page: PER_PAGE } as const;
  return async (page) => (await client.rest("status").issues.listForRepo({ ...order, ...page })).data;
}

function commentLister({ at, client }: Repository): Lister<CommentRow> {
  const order = { ...at, sort: "updated", direction: "asc", per_page: PER_PAGE } as const;
  return async (page) => (await client.rest("status").issues.listCommentsForRepo({ ...order, ...page })).data;
}

/** Reads on from a position. The next page starts at the last second of this one: pages by number move under changes. */
async function read<Entry extends Row>(
  list: Lister<Entry>,
  { since, seen }: Position,
): Promise<{ readonly fresh: readonly Entry[]; readonly next: Position }> {
  const rows = new Map<number, Entry>();
  let place = { since, page: 1 };
  for (;;) {
    const page = await list(place);
    for (const row of page) {
      rows.delete(row.id);
      rows.set(row.id, row);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PER_PAGE) break;
    place = last.updated_at > place.since ? { since: last.updated_at, page: 1 } : { ...place, page: place.page + 1 };
  }
  const all = [...rows.values()];
  const newest = all.reduce((latest, row) => (row.updated_at > latest ? row.updated_at : latest), since);
  const from = maximum(since, newest === since ? since : earlier(newest));
  const recent = all.filter(({ updated_at: at }) => at >= from);
  return {
    fresh: all.filter((row) => seen[row.id] !== fingerprint(row)),
    next: { since: from, seen: Object.fromEntries(recent.map((row) => [row.id, fingerprint(row)])) },
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

function cursorOf({ issues, comments }: Cursor): Json {
  return { issues: { ...issues }, comments: { ...comments } };
}

/** A cursor of ours; anything else starts anew. */
function cursorIn(value: Json | undefined): Cursor | undefined {
  if (!isRecord(value)) return undefined;
  const [issues, comments] = [positionIn(value["issues"]), positionIn(value["comments"])];
  return issues === undefined || comments === undefined ? undefined : { issues, comments };
}

function positionIn(value: Json | undefined): Position | undefined {
  if (!isRecord(value)) return undefined;
  const { since, seen } = value;
  if (typeof since !== "string" || !isRecord(seen)) return undefined;
  const entries = Object.entries(seen).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { since, seen: Object.fromEntries(entries) };
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
