import { asRecords, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json, numberOf, page, repositoryFor, repositoryOf } from "../http/api.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import { emit } from "../webhooks/emit.ts";
import { pullJson } from "./pull-json.ts";
import { pullOf } from "./pull-routes.ts";
import type { Review, ReviewComment } from "./pull.ts";
import { type Place, reviewCommentJson, reviewJson } from "./review-json.ts";

const ONE = "/repos/:owner/:repo/pulls/:number";
const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

/** Reviews with their comments on lines. */
export function registerReviews(api: Api): void {
  api.get(`${ONE}/reviews`, async (call) => {
    const place = pullOf(call);
    const visible = place.pull.reviews.filter(
      ({ state, author }) => state !== "PENDING" || author === call.get("actor").login,
    );
    return page(call, await Promise.all(visible.map((review) => reviewJson(call.get("world"), place, review))));
  });
  api.post(`${ONE}/reviews`, createReview);
  api.get(`${ONE}/reviews/:review`, async (call) =>
    call.json(await reviewJson(call.get("world"), pullOf(call), reviewOf(call))),
  );
  api.get(`${ONE}/reviews/:review/comments`, async (call) => {
    const review = reviewOf(call);
    return listComments(call, ({ review: of }) => of === review.id);
  });
  api.post(`${ONE}/reviews/:review/events`, async (call) => {
    const review = reviewOf(call);
    if (review.state !== "PENDING") throw new Refusal(422, "Could not submit review.");
    const body = bodyOf(call);
    if (body["body"] !== undefined) review.body = asString(body["body"]);
    await submit(call, review, asString(body["event"]));
    return call.json(await reviewJson(call.get("world"), pullOf(call), review));
  });
  api.put(`${ONE}/reviews/:review/dismissals`, dismiss);
  api.get(`${ONE}/comments`, (call) => listComments(call, () => true));
  api.post(`${ONE}/comments`, createComment);
  api.post(`${ONE}/comments/:comment/replies`, createComment);
  api.get("/repos/:owner/:repo/pulls/comments/:comment", async (call) => {
    const { place, comment } = commentOf(call);
    return call.json(await reviewCommentJson(call.get("world"), place, comment));
  });
  api.patch("/repos/:owner/:repo/pulls/comments/:comment", changeComment);
  api.delete("/repos/:owner/:repo/pulls/comments/:comment", changeComment);
}

function reviewOf(call: Call): Review {
  const found = pullOf(call).pull.reviews.find(({ id }) => id === numberOf(call, "review"));
  if (found === undefined) throw notFound();
  return found;
}

async function listComments(call: Call, match: (comment: ReviewComment) => boolean): Promise<Response> {
  const place = pullOf(call);
  const since = call.req.query("since") ?? "";
  const found = place.pull.comments.filter((comment) => match(comment) && comment.updatedAt >= since);
  return page(call, await Promise.all(found.map((comment) => reviewCommentJson(call.get("world"), place, comment))));
}

async function createReview(call: Call): Promise<Response> {
  repositoryFor(call, "read");
  const place = pullOf(call);
  const { world, actor } = call.var;
  const body = bodyOf(call);
  const event = asString(body["event"]);
  const drafts = asRecords(body["comments"]);
  checkReview(call, event, drafts.length > 0);
  const commit = asString(body["commit_id"]) || place.pull.headSha;
  const id = world.nextId();
  const review: Review = {
    id,
    author: actor.login,
    state: "PENDING",
    body: asString(body["body"]),
    commit,
    submittedAt: undefined,
  };
  const comments: ReviewComment[] = [];
  for (const draft of drafts) comments.push(await makeComment(call, place, { draft, review: id }));
  place.pull.reviews.push(review);
  place.pull.comments.push(...comments);
  if (event !== "") await submit(call, review, event);
  return call.json(await reviewJson(world, place, review));
}

function checkReview(call: Call, event: string, hasComments: boolean): void {
  const { actor } = call.var;
  const { pull } = pullOf(call);
  if (event !== "" && !(event in STATES))
    throw invalid({ resource: "PullRequestReview", code: "invalid", field: "event" });
  if (event !== "" && event !== "COMMENT" && pull.author === actor.login) {
    const what = event === "APPROVE" ? "approve" : "request changes on";
    throw new Refusal(422, "Unprocessable Entity", { errors: [`Review Can not ${what} your own pull request`] });
  }
  const isEmpty = asString(bodyOf(call)["body"]) === "" && !hasComments;
  if (isEmpty && (event === "REQUEST_CHANGES" || event === "COMMENT")) {
    throw new Refusal(422, "Unprocessable Entity", { errors: ["Body can't be blank"] });
  }
}

async function submit(call: Call, review: Review, event: string): Promise<void> {
  const place = pullOf(call);
  const { world, actor } = call.var;
  review.state = STATES[event as keyof typeof STATES] ?? "COMMENTED";
  review.submittedAt = world.now();
  place.pull.reviewers.delete(actor.login);
  const shown = await pullJson(world, place.repository, place.pull);
  const told = await reviewJson(world, place, review);
  const payload = { action: "submitted", review: { ...told, state: review.state.toLowerCase() }, pull_request: shown };
  await emit(world, place.repository, { event: "pull_request_review", payload, by: actor });
  for (const comment of place.pull.comments.filter((entry) => entry.review === review.id)) {
    await tellComment(call, { place, comment, action: "created" });
  }
}

async function tellComment(
  call: Call,
  { place, comment, action }: { place: Place; comment: ReviewComment; action: string },
): Promise<void> {
  const { world, actor } = call.var;
  const payload = {
    action,
    comment: await reviewCommentJson(world, place, comment),
    pull_request: await pullJson(world, place.repository, place.pull),
  };
  await emit(world, place.repository, { event: "pull_request_review_comment", payload, by: actor });
}

async function dismiss(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "write");
  const { world, actor } = call.var;
  const review = reviewOf(call);
  const place = pullOf(call);
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
    throw new Refusal(422, "Can not dismiss a commented pull request review");
  }
  review.state = "DISMISSED";
  const told = await reviewJson(world, place, review);
  const payload = {
    action: "dismissed",
    review: { ...told, state: "dismissed" },
    pull_request: await pullJson(world, repository, place.pull),
  };
  await emit(world, repository, { event: "pull_request_review", payload, by: actor });
  return call.json(told);
}

async function createComment(call: Call): Promise<Response> {
  repositoryFor(call, "read");
  const place = pullOf(call);
  const { world, actor } = call.var;
  const body = bodyOf(call);
  const parentId = call.req.param("comment") ?? body["in_reply_to"];
  const parent = place.pull.comments.find(({ id }) => id === Number(parentId));
  if (parentId !== undefined && parent === undefined) throw notFound();
  const id = world.nextId();
  const review: Review = {
    id,
    author: actor.login,
    state: "COMMENTED",
    body: "",
    commit: place.pull.headSha,
    submittedAt: world.now(),
  };
  const draft =
    parent === undefined
      ? body
      : { path: parent.path, line: parent.line, side: parent.side, body: body["body"], in_reply_to: parent.id };
  const comment = await makeComment(call, place, { draft, review: id });
  place.pull.reviews.push(review);
  place.pull.comments.push(comment);
  await tellComment(call, { place, comment, action: "created" });
  return call.json(await reviewCommentJson(world, place, comment), 201);
}

async function makeComment(
  call: Call,
  { repository, pull }: Place,
  { draft, review }: { draft: Json; review: number },
): Promise<ReviewComment> {
  const { world, actor } = call.var;
  const path = asString(draft["path"]);
  const text = asString(draft["body"]);
  const isReply = draft["in_reply_to"] !== undefined;
  if (text === "") throw invalid({ resource: "PullRequestReviewComment", code: "missing_field", field: "body" });
  const changed = (await repository.git.git("diff", "--name-only", "-z", `${pull.baseSha}...${pull.headSha}`)).split(
    "\0",
  );
  if (!isReply && !changed.includes(path)) {
    throw invalid({
      resource: "PullRequestReviewComment",
      code: "custom",
      field: "pull_request_review_thread.path",
      message: "pull_request_review_thread.path is invalid",
    });
  }
  const line = typeof draft["line"] === "number" ? draft["line"] : null;
  const side = asString(draft["side"]) || "RIGHT";
  const hunk = isReply || line === null ? "" : await hunkAt(repository, { pull, path, line, side });
  if (hunk === undefined) {
    throw invalid({
      resource: "PullRequestReviewComment",
      code: "custom",
      field: "pull_request_review_thread.line",
      message: "pull_request_review_thread.line must be part of the diff",
    });
  }
  const at = world.now();
  return {
    id: world.nextId(),
    review,
    author: actor.login,
    path,
    line,
    startLine: typeof draft["start_line"] === "number" ? draft["start_line"] : null,
    side,
    subject: line === null && !isReply ? "file" : "line",
    commit: asString(draft["commit_id"]) || pull.headSha,
    hunk,
    inReplyTo: isReply ? Number(draft["in_reply_to"]) : undefined,
    body: text,
    createdAt: at,
    updatedAt: at,
  };
}

/** The hunk of the diff that holds the line; undefined when none does. */
async function hunkAt(
  repository: Place["repository"],
  where: { pull: Place["pull"]; path: string; line: number; side: string },
): Promise<string | undefined> {
  const { pull, path, line, side } = where;
  const diff = await repository.git.git("diff", `${pull.baseSha}...${pull.headSha}`, "--", path);
  return diff
    .split(/^(?=@@ )/m)
    .slice(1)
    .find((hunk) => {
      const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(hunk) ?? [];
      const start = Number(side === "LEFT" ? found[1] : found[3]);
      const count = Number((side === "LEFT" ? found[2] : found[4]) ?? 1);
      return line >= start && line < start + count;
    });
}

function commentOf(call: Call): { place: Place; comment: ReviewComment } {
  const repository = repositoryOf(call);
  for (const pull of repository.pulls.values()) {
    const comment = pull.comments.find(({ id }) => id === numberOf(call, "comment"));
    if (comment !== undefined) return { place: { repository, pull }, comment };
  }
  throw notFound();
}

async function changeComment(call: Call): Promise<Response> {
  const { place, comment } = commentOf(call);
  const { world, actor } = call.var;
  if (comment.author !== actor.login) repositoryFor(call, "write");
  if (call.req.method === "DELETE") {
    place.pull.comments.splice(place.pull.comments.indexOf(comment), 1);
    await tellComment(call, { place, comment, action: "deleted" });
    return call.body(null, 204);
  }
  comment.body = asString(bodyOf(call)["body"]);
  comment.updatedAt = world.now();
  await tellComment(call, { place, comment, action: "edited" });
  return call.json(await reviewCommentJson(world, place, comment));
}
