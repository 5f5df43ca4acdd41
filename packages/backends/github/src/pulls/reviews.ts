import {
  isOrchError,
  parseCommitSha,
  type Forge,
  type InlineComment,
  type NewReview,
  type PullReview,
} from "@orch/core";

import { everyPage, type Repository } from "../repository.ts";
import { userOf, type UserRow } from "../shapes.ts";
import { fitted, markedText, markLine } from "../text.ts";
import { linesInPatch } from "./diff-lines.ts";
import { pullRow } from "./pulls.ts";

type ReviewMethods = Pick<Forge, "reviews" | "submitReview">;
type NewComment = NewReview["comments"][number];

const STATES: Readonly<Record<string, PullReview["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes_requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};
const EVENTS = { approve: "APPROVE", request_changes: "REQUEST_CHANGES", comment: "COMMENT" } as const;

/** Reviews with their comments on lines, joined by the review's id. */
export function reviewsOf(repository: Repository): ReviewMethods {
  return {
    async reviews(number) {
      const [rows, comments] = [await reviewRows(repository, number), await commentRows(repository, number)];
      return rows.flatMap((row) => {
        const own = comments.filter(({ pull_request_review_id: review }) => review === row.id);
        return reviewOf(row, own.map(inlineComment)) ?? [];
      });
    },
    submitReview: (review) => submit(repository, review),
  };
}

interface ReviewRow {
  readonly id: number;
  readonly user: UserRow | null;
  readonly state: string;
  readonly commit_id: string | null;
  readonly body: string;
  readonly submitted_at?: string;
}

async function reviewRows({ client, at }: Repository, number: number): Promise<readonly ReviewRow[]> {
  const rest = client.rest("dispatch");
  return everyPage((page) => rest.pulls.listReviews({ ...at, pull_number: number, ...page }));
}

interface CommentRow {
  readonly id: number;
  readonly pull_request_review_id: number | null;
  readonly path: string;
  readonly line?: number | null;
  readonly body: string;
  readonly diff_hunk: string;
  readonly in_reply_to_id?: number;
  readonly html_url: string;
}

async function commentRows({ client, at }: Repository, number: number): Promise<readonly CommentRow[]> {
  const rest = client.rest("dispatch");
  return everyPage((page) => rest.pulls.listReviewComments({ ...at, pull_number: number, ...page }));
}

/** Undefined for a draft that nobody submitted yet. */
function reviewOf(row: ReviewRow, comments: readonly InlineComment[]): PullReview | undefined {
  const state = STATES[row.state];
  const commit = parseCommitSha(row.commit_id ?? "");
  if (state === undefined || row.submitted_at === undefined || !commit.ok) return undefined;
  const { id, body } = row;
  const submittedAt = Date.parse(row.submitted_at);
  return { id, author: userOf(row.user), state, commit: commit.value, body, comments, submittedAt };
}

function inlineComment(row: CommentRow): InlineComment {
  const { line, in_reply_to_id: inReplyTo } = row;
  return {
    id: row.id,
    path: row.path,
    ...(typeof line === "number" ? { line } : {}),
    body: row.body,
    hunk: row.diff_hunk,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    url: row.html_url,
  };
}

async function submit(repository: Repository, asked: NewReview): Promise<void> {
  const { id } = await repository.self();
  const selves = await repository.selves();
  const known = await reviewRows(repository, asked.number);
  if (known.some(({ user, body }) => selves.has(user?.id ?? Number.NaN) && body.includes(markLine(asked.marker))))
    return;
  // GitHub lets nobody decide about their own pull request: then it is a comment.
  const pull = asked.decision === "comment" ? undefined : await pullRow(repository, asked.number);
  const review: NewReview = pull?.user?.id === id ? { ...asked, decision: "comment" } : asked;
  const lines = review.comments.length === 0 ? undefined : await shownLines(repository, review.number);
  const inside = review.comments.filter(({ path, line }) => lines?.get(path)?.has(line) === true);
  try {
    await post(repository, review, inside);
  } catch (error) {
    if (inside.length === 0 || !isOrchError(error, "forge_refused")) throw error;
    // The change moved meanwhile: nothing is lost when all of it stands in the text.
    await post(repository, review, []);
  }
}

async function post(repository: Repository, review: NewReview, inside: readonly NewComment[]): Promise<void> {
  const { client, at } = repository;
  const outside = review.comments.filter((comment) => !inside.includes(comment));
  const rest = outside.map(({ path, line, body }) => `\n\n\`${path}:${line}\`: ${body}`).join("");
  await client.rest("dispatch").pulls.createReview({
    ...at,
    pull_number: review.number,
    commit_id: review.commit,
    event: EVENTS[review.decision],
    body: markedText(review.body + rest, review.marker),
    comments: inside.map(({ path, line, body }) => ({ path, line, side: "RIGHT", body: fitted(body) })),
  });
}

/** The lines of each changed file that GitHub takes comments at; files too large for a patch have none. */
async function shownLines(
  { client, at }: Repository,
  number: number,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const rest = client.rest("dispatch");
  const files = await everyPage((page) => rest.pulls.listFiles({ ...at, pull_number: number, ...page }));
  return new Map(files.map(({ filename, patch = "" }) => [filename, linesInPatch(patch)]));
}
