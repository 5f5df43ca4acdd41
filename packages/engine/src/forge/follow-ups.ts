import {
  isOrchError,
  issueNumberOf,
  taskKey,
  type Heard,
  type InlineComment,
  type PullFacts,
  type PullReview,
  type Task,
  type TaskId,
  type TaskSpec,
} from "@orch/core";
import { followUpMark } from "@orch/forge";
import { neutraliseOutput as neutral } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { create } from "../inbox.ts";
import { lookAtPull, type Looking, type PullLook } from "./look-at-pull.ts";
import { markerOf, siteOf, type Site } from "./site.ts";

const LABEL = "pr-review-followup";
const LONGEST_HUNK = 2_000;
const LONGEST_TITLE = 100;
const LONGEST_WORDS = 16_000;

type InReview = Extract<Task, { status: "in_review" }>;

/** A pull request as it is now, with what was made of what people ask for there. */
export interface PullSight extends Omit<PullLook, "asked"> {
  readonly facts: PullFacts;
  /** What became tasks of its own, and up to where that counts as heard. */
  readonly followUps?: { readonly ids: readonly TaskId[]; readonly heard: Heard };
}

/**
 * Looks at a task's pull request as `lookAtPull` does. Where `workflow.review_followup` says `tasks`, what people's
 * reviews ask for becomes tasks, each once, and the task itself is asked for nothing (seed row A114).
 */
export async function seeOrFollowUp(looking: Looking): Promise<PullSight | undefined> {
  const look = await lookAtPull(looking);
  if (look === undefined) return undefined;
  const { asked, feedback, ...sight } = look;
  const { deps, task } = looking;
  const site = siteOf(deps, task.project);
  const makesTasks = site?.settings.review.followup === "tasks" && task.status === "in_review";
  if (!makesTasks || asked === undefined || feedback === undefined) {
    return feedback === undefined ? sight : { ...sight, feedback };
  }
  const ids: TaskId[] = [];
  for (const wish of asked.flatMap(wishesOf)) {
    ids.push(
      await makeFollowUp(deps, { task, wish, ...(feedback.agent === undefined ? {} : { agent: feedback.agent }) }),
    );
  }
  await tell(deps, { site, task, asked, ids });
  return { ...sight, followUps: { ids, heard: feedback.heard } };
}

/** One thing that a review asks for. */
interface Wish {
  readonly review: PullReview;
  /** Absent: the review as a whole. */
  readonly comment?: InlineComment;
}

function wishesOf(review: PullReview): readonly Wish[] {
  const comments = review.comments.filter(({ body, inReplyTo }) => body.trim() !== "" && inReplyTo === undefined);
  if (comments.length > 0) return comments.map((comment) => ({ review, comment }));
  return review.body.trim() === "" ? [] : [{ review }];
}

async function makeFollowUp(
  deps: EngineDeps,
  {
    task,
    wish,
    agent,
  }: { readonly task: InReview; readonly wish: Wish; readonly agent?: TaskSpec["pins"]["agent"] & string },
): Promise<TaskId> {
  const { review, comment } = wish;
  const pull = task.pull?.number ?? 0;
  const id = comment === undefined ? `review_${pull}_${review.id}` : `review_comment_${pull}_${comment.id}`;
  const { depth, trust, base, priority } = task;
  const spec: TaskSpec = {
    ...wordsOf(task, wish),
    labels: [LABEL],
    source: { kind: "review", id, actor: review.author.login },
    pins: agent === undefined ? {} : { agent },
    priority,
    // It is about what the pull request brings, so it begins when that is there.
    dependsOn: [task.id],
    checks: [],
    ...(depth === undefined ? {} : { depth }),
    ...(trust === undefined ? {} : { trust }),
    ...(base === undefined ? {} : { base }),
  };
  const actor = `github:${review.author.login}`;
  const made = await create(deps, { project: task.project, spec, actor, idempotencyKey: `${task.id} ${id}` });
  if (!made.ok) throw made.error;
  return made.value.id;
}

function wordsOf(task: InReview, { review, comment }: Wish): Pick<TaskSpec, "title" | "body"> {
  const pull = `#${task.pull?.number ?? 0}`;
  const said = (comment?.body ?? review.body).trim();
  const place = comment === undefined ? undefined : placeOf(comment);
  const parts = [
    `${review.author.login} asked for this in a review of the pull request ${pull} (${task.title}), which is through by now.`,
    place === undefined ? said : `At ${place}:\n\n${said}`,
    ...(comment === undefined || comment.hunk === "" ? [] : [indented(comment.hunk.slice(-LONGEST_HUNK))]),
    ...(comment === undefined || review.body.trim() === "" ? [] : [`The review as a whole:\n\n${review.body.trim()}`]),
    `From ${taskKey(task)}${comment === undefined ? "" : `: ${comment.url}`}`,
  ];
  const title = `Review of ${pull}: ${said.replaceAll(/\s+/g, " ")}`;
  return {
    title: title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title,
    body: parts.map((part) => part.slice(0, LONGEST_WORDS)).join("\n\n"),
  };
}

function placeOf({ path, line }: InlineComment): string {
  return line === undefined ? path : `${path}:${line}`;
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** People are told once per review, where the task came from. */
async function tell(
  deps: EngineDeps,
  told: {
    readonly site: Site;
    readonly task: InReview;
    readonly asked: readonly PullReview[];
    readonly ids: readonly TaskId[];
  },
): Promise<void> {
  const { site, task, asked, ids } = told;
  const last = asked.at(-1);
  const pull = task.pull?.number;
  if (last === undefined || pull === undefined) return;
  const thread = issueNumberOf(task) ?? pull;
  const logins = [...new Set(asked.map(({ author }) => author.login))].join(", ");
  const body = neutral(
    `What ${logins} asked for in #${pull} became ${ids.join(", ")}: worked on when this is merged, not before. The pull request stays as it is, and goes on when somebody approves it.`,
  );
  try {
    await site.forge.putComment({ thread, marker: markerOf(site, followUpMark(pull, last.id), thread), body });
  } catch (error) {
    if (!isOrchError(error) || error.retryable) throw error;
    deps.logger.warn({ task: taskKey(task), error }, "nobody could be told of the tasks that a review became");
  }
}
