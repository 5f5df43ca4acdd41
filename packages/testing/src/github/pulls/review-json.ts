import type { Json } from "../http/api.ts";
import { association } from "../issues/issue-json.ts";
import { rollup } from "../issues/reactions.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";
import type { Pull, Review, ReviewComment } from "./pull.ts";

/** A review as the API shows it. */
export async function reviewJson(world: World, { repository, pull }: Place, review: Review): Promise<Json> {
  const api = `${world.url}/repos/${repository.fullName}/pulls/${pull.number}`;
  const html = `${world.url}/${repository.fullName}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const user = await world.user(review.author);
  return {
    id: review.id,
    node_id: nodeId("PRR", review.id),
    user,
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: api,
    _links: { html: { href: html }, pull_request: { href: api } },
    ...(review.submittedAt === undefined ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commit,
    author_association: association(repository, user),
  };
}

/** Where a review is. */
export interface Place {
  readonly repository: Repository;
  readonly pull: Pull;
}

/** A comment on a line as the API shows it. */
export async function reviewCommentJson(
  world: World,
  { repository, pull }: Place,
  comment: ReviewComment,
): Promise<Json> {
  const api = `${world.url}/repos/${repository.fullName}/pulls`;
  const html = `${world.url}/${repository.fullName}/pull/${pull.number}#discussion_r${comment.id}`;
  const user = await world.user(comment.author);
  const isOutdated = comment.commit !== pull.headSha;
  return {
    url: `${api}/comments/${comment.id}`,
    pull_request_review_id: comment.review,
    id: comment.id,
    node_id: nodeId("PRRC", comment.id),
    diff_hunk: comment.hunk,
    path: comment.path,
    commit_id: pull.headSha,
    original_commit_id: comment.commit,
    user,
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: `${api}/${pull.number}`,
    _links: {
      self: { href: `${api}/comments/${comment.id}` },
      html: { href: html },
      pull_request: { href: `${api}/${pull.number}` },
    },
    author_association: association(repository, user),
    reactions: rollup(repository, `review-comment:${comment.id}`, `${api}/comments/${comment.id}`),
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : comment.side,
    line: isOutdated ? null : comment.line,
    original_line: comment.line,
    side: comment.side,
    position: isOutdated ? null : 1,
    original_position: 1,
    subject_type: comment.subject,
    ...(comment.inReplyTo === undefined ? {} : { in_reply_to_id: comment.inReplyTo }),
  };
}
