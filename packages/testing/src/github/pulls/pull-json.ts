import { checksState } from "../checks/combined.ts";
import type { Json } from "../http/api.ts";
import { association, issueJson } from "../issues/issue-json.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";
import { unmetRules } from "./protection-rules.ts";
import type { Pull } from "./pull.ts";

/** A pull request as it stands in lists and events. */
export async function pullJson(world: World, repository: Repository, pull: Pull): Promise<Json> {
  const issue = await issueJson(world, repository, pull.number);
  const api = `${world.url}/repos/${repository.fullName}`;
  const url = `${api}/pulls/${pull.number}`;
  const html = `${world.url}/${repository.fullName}/pull/${pull.number}`;
  const kept = [
    "number",
    "title",
    "body",
    "state",
    "locked",
    "active_lock_reason",
    "user",
    "labels",
    "milestone",
    "assignee",
  ];
  return {
    url,
    id: pull.id,
    node_id: nodeId("PR", pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `${api}/issues/${pull.number}`,
    ...Object.fromEntries(kept.map((field) => [field, issue[field]])),
    assignees: issue["assignees"],
    created_at: issue["created_at"],
    updated_at: issue["updated_at"],
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    requested_reviewers: await Promise.all([...pull.reviewers].map((login) => world.user(login))),
    requested_teams: [],
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${pull.number}/comments`,
    statuses_url: `${api}/statuses/${pull.headSha}`,
    head: await endJson(world, pull.headRepository, { ref: pull.headRef, sha: pull.headSha }),
    base: await endJson(world, repository.fullName, { ref: pull.baseRef, sha: pull.baseSha }),
    _links: linksOf({ url, api, html, pull }),
    author_association: association(repository, issue["user"]),
    auto_merge: pull.autoMerge,
    // Events and single answers carry the rest too.
    merged: pull.mergedAt !== null,
    mergeable: null,
    rebaseable: null,
    mergeable_state: "unknown",
    merged_by: pull.mergedBy === null ? null : await world.user(pull.mergedBy),
    comments: issue["comments"],
    review_comments: pull.comments.length,
    maintainer_can_modify: pull.headRepository !== repository.fullName,
    ...(await sizes(repository, pull)),
  };
}

/** The same with what GitHub works out: whether and how it can be merged. */
export async function fullPullJson(world: World, repository: Repository, pull: Pull): Promise<Json> {
  const plain = await pullJson(world, repository, pull);
  if (pull.state === "closed") return plain;
  const state = await mergeState(world, repository, pull);
  return { ...plain, mergeable: state !== "dirty", rebaseable: state !== "dirty", mergeable_state: state };
}

/** GitHub's `mergeable_state`. */
export async function mergeState(_world: World, repository: Repository, pull: Pull): Promise<string> {
  if ((await repository.git.mergeTree(pull.baseRef, pull.headSha)) === undefined) return "dirty";
  if (pull.draft) return "draft";
  const unmet = await unmetRules(repository, pull);
  if (unmet.some(({ kind }) => kind !== "behind")) return "blocked";
  if (unmet.length > 0) return "behind";
  return ["failure", "pending"].includes(checksState(repository, pull.headSha)) ? "unstable" : "clean";
}

async function endJson(world: World, fullName: string, { ref, sha }: { ref: string; sha: string }): Promise<Json> {
  const owner = fullName.split("/")[0] ?? "";
  const repository = world.find(fullName);
  const repo = repository === undefined ? null : await world.repositoryJson(repository);
  return { label: `${owner}:${ref}`, ref, sha, user: repo?.["owner"] ?? null, repo };
}

function linksOf({ url, api, html, pull }: { url: string; api: string; html: string; pull: Pull }): Json {
  const hrefs = {
    self: url,
    html,
    issue: `${api}/issues/${pull.number}`,
    comments: `${api}/issues/${pull.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.headSha}`,
  };
  return Object.fromEntries(Object.entries(hrefs).map(([name, href]) => [name, { href }]));
}

/** What git counted, by the pull request; valid while neither end has moved. */
const counted = new WeakMap<Pull, { ends: string; sizes: Promise<Json> }>();

function sizes(repository: Repository, pull: Pull): Promise<Json> {
  const ends = `${pull.baseSha} ${pull.headSha}`;
  const known = counted.get(pull);
  if (known?.ends === ends) return known.sizes;
  const fresh = { ends, sizes: countSizes(repository, pull) };
  counted.set(pull, fresh);
  return fresh.sizes;
}

async function countSizes(repository: Repository, pull: Pull): Promise<Json> {
  const range = await rangeOf(repository, pull);
  const lines = (await repository.git.git("diff", "--numstat", range)).split("\n").filter((line) => line !== "");
  const sum = (column: number): number =>
    lines.reduce((total, line) => total + (Number(line.split("\t")[column]) || 0), 0);
  const commits = Number(await repository.git.git("rev-list", "--count", range));
  return { commits, additions: sum(0), deletions: sum(1), changed_files: lines.length };
}

/** The commits of a pull request as a range for git: from where it left its base to its head. */
export async function rangeOf(repository: Repository, pull: Pull): Promise<string> {
  const fork = await repository.git.git("merge-base", pull.baseSha, pull.headSha);
  return `${fork}..${pull.headSha}`;
}
