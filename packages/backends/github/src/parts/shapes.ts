import {
  orchError,
  parseBranchName,
  parseCommitSha,
  parseTaskId,
  unwrap,
  type ForgeComment,
  type ForgeIssue,
  type ForgeUser,
  type PullRequest,
} from "@orch/core";
import { z } from "zod";

const user = z.looseObject({ login: z.string(), id: z.int(), type: z.string().optional() });
const time = z.string().transform((text) => Date.parse(text));

const MERGEABLE = { true: "yes", false: "conflict" } as const;

/** An account that is gone has none. */
const GHOST = { login: "ghost", id: 10_137, type: "User" };

const someone = user.nullish().transform((value) => toUser(value ?? GHOST));

const label = z.union([z.string(), z.looseObject({ name: z.string().optional() })]);

/** An issue, or a pull request as the issues API shows it. */
export const issueShape = z
  .looseObject({
    number: z.int(),
    title: z.string(),
    body: z.string().nullish(),
    state: z.enum(["open", "closed"]),
    state_reason: z.string().nullish(),
    labels: z.array(label),
    user: someone,
    assignees: z.array(user).nullish(),
    html_url: z.string(),
    created_at: time,
    updated_at: time,
    pull_request: z.unknown().optional(),
  })
  .transform((issue) => ({ issue: toIssue(issue), isPull: issue.pull_request !== undefined }));

/** A comment of an issue's or pull request's conversation. */
export const commentShape = z
  .looseObject({
    id: z.int(),
    body: z.string().nullish(),
    user: someone,
    html_url: z.string(),
    issue_url: z.string(),
    created_at: time,
    updated_at: time,
  })
  .transform((comment): ForgeComment => ({
    id: comment.id,
    thread: Number(comment.issue_url.slice(comment.issue_url.lastIndexOf("/") + 1)),
    author: comment.user,
    body: comment.body ?? "",
    url: comment.html_url,
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
  }));

/** A pull request, in a list or by itself. */
export const pullShape = z
  .looseObject({
    number: z.int(),
    html_url: z.string(),
    title: z.string(),
    user: someone,
    head: z.looseObject({ ref: z.string(), sha: z.string() }),
    base: z.looseObject({ ref: z.string() }),
    state: z.enum(["open", "closed"]),
    merged_at: z.string().nullish(),
    merge_commit_sha: z.string().nullish(),
    draft: z.boolean().optional(),
    mergeable: z.boolean().nullish(),
    mergeable_state: z.string().optional(),
  })
  .transform((pull): PullRequest => {
    const isMerged = typeof pull.merged_at === "string";
    return {
      number: pull.number,
      url: pull.html_url,
      title: pull.title,
      author: pull.user,
      branch: unwrap(parseBranchName(pull.head.ref)),
      base: unwrap(parseBranchName(pull.base.ref)),
      head: unwrap(parseCommitSha(pull.head.sha)),
      state: isMerged ? "merged" : pull.state,
      draft: pull.draft === true,
      mergeable: typeof pull.mergeable === "boolean" ? MERGEABLE[`${pull.mergeable}`] : "unknown",
      behind: pull.mergeable_state === "behind",
      ...(isMerged && typeof pull.merge_commit_sha === "string"
        ? { mergeCommit: unwrap(parseCommitSha(pull.merge_commit_sha)) }
        : {}),
    };
  });

/** A user. */
export const userShape = user.transform((value) => toUser(value));

/** A check run. */
export const checkRunShape = z.looseObject({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  html_url: z.string().nullish(),
  details_url: z.string().nullish(),
});

/** A commit status. */
export const statusShape = z.looseObject({
  context: z.string(),
  state: z.string(),
  target_url: z.string().nullish(),
});

/** A review. */
export const reviewShape = z.looseObject({
  id: z.int(),
  user: someone,
  state: z.string(),
  body: z.string().nullish(),
  commit_id: z.string().nullish(),
  submitted_at: z.string().nullish(),
});

/** A comment at a line. */
export const inlineShape = z.looseObject({
  id: z.int(),
  pull_request_review_id: z.int().nullish(),
  in_reply_to_id: z.int().optional(),
  path: z.string(),
  line: z.int().nullish(),
  body: z.string(),
  diff_hunk: z.string().nullish(),
  html_url: z.string(),
});

/** Reads an answer. @throws `forge_unreachable` when it has another shape: cut off, or of another service. */
export function parse<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [problem] = parsed.error.issues;
  const where = problem === undefined ? "" : ` at ${problem.path.join(".")}: ${problem.message}`;
  throw orchError("forge_unreachable", `GitHub's answer has an unknown shape${where}`);
}

function toUser({ login, id, type }: z.output<typeof user>): ForgeUser {
  return { login, id, isBot: type === "Bot" || login.endsWith("[bot]") };
}

function toIssue(issue: {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly state: "open" | "closed";
  readonly state_reason?: string | null | undefined;
  readonly labels: readonly z.output<typeof label>[];
  readonly user: ForgeUser;
  readonly assignees?: readonly { readonly login: string }[] | null | undefined;
  readonly html_url: string;
  readonly created_at: number;
  readonly updated_at: number;
}): ForgeIssue {
  const names = issue.labels.map((each) => (typeof each === "string" ? each : (each.name ?? "")));
  return {
    id: unwrap(parseTaskId(String(issue.number))),
    title: issue.title,
    body: issue.body ?? "",
    labels: names.filter((name) => name !== ""),
    author: issue.user,
    assignees: (issue.assignees ?? []).map(({ login }) => login),
    state: issue.state,
    ...(issue.state === "open" ? {} : { closedAs: issue.state_reason === "not_planned" ? "not_planned" : "completed" }),
    url: issue.html_url,
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
  };
}
