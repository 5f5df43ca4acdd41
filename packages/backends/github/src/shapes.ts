import { parseTaskId, unwrap, type ForgeComment, type ForgeIssue, type ForgeUser, type TaskId } from "@orch/core";

/** Somebody in an answer of GitHub. */
export interface UserRow {
  readonly login: string;
  readonly id: number;
  readonly type?: string;
}

/** An issue in an answer of GitHub; a pull request carries `pull_request`. */
export interface IssueRow {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body?: string | null;
  readonly labels: readonly (string | { readonly name?: string | null })[];
  readonly user: UserRow | null;
  readonly assignees?: readonly UserRow[] | null;
  readonly state: string;
  readonly state_reason?: string | null;
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly pull_request?: unknown;
}

/** A comment in an answer of GitHub. */
export interface CommentRow {
  readonly id: number;
  readonly body?: string | null;
  readonly user: UserRow | null;
  readonly html_url: string;
  readonly issue_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Whom GitHub shows where an account is gone. */
const GHOST: ForgeUser = { login: "ghost", id: 10_137, isBot: false };

/** Somebody; who is gone is the ghost. */
export function userOf(row: UserRow | null | undefined): ForgeUser {
  return row === null || row === undefined ? GHOST : { login: row.login, id: row.id, isBot: row.type === "Bot" };
}

/** The id of the task behind an issue's number. */
export function taskIdOf(number: number): TaskId {
  return unwrap(parseTaskId(String(number)));
}

/** The names of an issue's labels. */
export function labelNames({ labels }: Pick<IssueRow, "labels">): readonly string[] {
  return labels.map((label) => (typeof label === "string" ? label : (label.name ?? ""))).filter((name) => name !== "");
}

/** An issue as the port shows it. */
export function issueOf(row: IssueRow): ForgeIssue {
  const isClosed = row.state === "closed";
  return {
    id: taskIdOf(row.number),
    title: row.title,
    body: row.body ?? "",
    labels: labelNames(row),
    author: userOf(row.user),
    assignees: (row.assignees ?? []).map(({ login }) => login),
    state: isClosed ? "closed" : "open",
    // A duplicate was not done either.
    ...(isClosed ? { closedAs: isDone(row) ? "completed" : "not_planned" } : {}),
    url: row.html_url,
    createdAt: Date.parse(row.created_at),
    updatedAt: Date.parse(row.updated_at),
  };
}

function isDone({ state_reason: reason }: IssueRow): boolean {
  return reason === "completed" || reason === null || reason === undefined;
}

/** A comment as the port shows it. */
export function commentOf(row: CommentRow): ForgeComment {
  return {
    id: row.id,
    thread: Number(row.issue_url.split("/").at(-1)),
    author: userOf(row.user),
    body: row.body ?? "",
    url: row.html_url,
    createdAt: Date.parse(row.created_at),
    updatedAt: Date.parse(row.updated_at),
  };
}
