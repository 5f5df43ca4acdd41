import {
  isOrchError,
  parseCommitSha,
  unwrap,
  type Forge,
  type InlineComment,
  type NewReview,
  type PullReview,
} from "@orch/core";

import type { Client } from "../client/client.ts";
import { inlineShape, parse, reviewShape } from "./shapes.ts";
import { clip, markLine } from "./text.ts";

type Parts = Pick<Forge, "reviews" | "submitReview">;

const STATES: Readonly<Record<string, PullReview["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes_requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};
const EVENTS = { approve: "APPROVE", request_changes: "REQUEST_CHANGES", comment: "COMMENT" } as const;

/** Reviews with the comments that belong to them. `self` gives the id of the token's owner. */
export function reviewParts(client: Client, self: () => Promise<number>): Parts {
  async function reviews(number: number): Promise<readonly PullReview[]> {
    const [bodies, inline] = await Promise.all([
      client.list(`/pulls/${number}/reviews`),
      client.list(`/pulls/${number}/comments`),
    ]);
    const comments = Map.groupBy(
      inline.map((body) => parse(inlineShape, body)),
      (comment) => comment.pull_request_review_id ?? 0,
    );
    return bodies.flatMap((body) => {
      const review = parse(reviewShape, body);
      const state = STATES[review.state];
      const commit = parseCommitSha(review.commit_id ?? "");
      // One that is being written has no state of these; one without a commit was given to a branch that is gone.
      if (state === undefined || !commit.ok) return [];
      return [
        {
          id: review.id,
          author: review.user,
          state,
          commit: commit.value,
          body: review.body ?? "",
          comments: (comments.get(review.id) ?? []).map(toInline),
          submittedAt: Date.parse(review.submitted_at ?? "") || 0,
        },
      ];
    });
  }

  return {
    reviews,
    async submitReview(review) {
      const mark = markLine(review.marker);
      const own = await self();
      const there = await reviews(review.number);
      if (there.some(({ author, body }) => author.id === own && body.includes(mark))) return;
      await submit(client, { review, mark });
    },
  };
}

/** Nobody may approve or refuse their own pull request, and lines outside the change are refused: then it is said in words. */
async function submit(
  client: Client,
  { review, mark }: { readonly review: NewReview; readonly mark: string },
): Promise<void> {
  const { number, commit, decision, comments } = review;
  const lines = comments.map(({ path, line, body }) => ({ path, line, side: "RIGHT", body }));
  const inText = comments.map(({ path, line, body }) => `- \`${path}:${line}\`: ${body}`);
  const whole = comments.length === 0 ? review.body : `${review.body}\n\n${inText.join("\n")}`;
  const tries = [
    { event: EVENTS[decision], body: clip(review.body, mark), comments: lines },
    { event: "COMMENT", body: clip(review.body, mark), comments: lines },
    { event: "COMMENT", body: clip(whole, mark), comments: [] },
  ];
  for (const [index, body] of tries.entries()) {
    try {
      await client.write(`POST /pulls/${number}/reviews`, { commit_id: unwrap(parseCommitSha(commit)), ...body });
      return;
    } catch (error) {
      if (!isOrchError(error, "forge_refused") || index === tries.length - 1) throw error;
    }
  }
}

function toInline({
  id,
  path,
  line,
  body,
  diff_hunk: hunk,
  in_reply_to_id: inReplyTo,
  html_url: url,
}: ReturnType<typeof parseInline>): InlineComment {
  return {
    id,
    path,
    body,
    url,
    hunk: hunk ?? "",
    ...(typeof line === "number" ? { line } : {}),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
  };
}

function parseInline(body: unknown) {
  return parse(inlineShape, body);
}
