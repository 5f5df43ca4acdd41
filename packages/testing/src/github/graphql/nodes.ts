import { asRecords, asString } from "../../model-server/wire/json-values.ts";
import { checksState, latestCheckRuns, latestStatuses } from "../checks/combined.ts";
import type { Json } from "../http/api.ts";
import { everyPage } from "../issues/comment-list.ts";
import { decorate, issueJson } from "../issues/issue-json.ts";
import { parentOf } from "../issues/relations.ts";
import { asksOf } from "../pulls/branch-rules.ts";
import { mergeState, pullJson } from "../pulls/pull-json.ts";
import type { Pull, Review, ReviewComment } from "../pulls/pull.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";
import { actorNode, type Node } from "./actor-node.ts";
import { connection, type ListArguments } from "./connection.ts";
import { editsOf, timelineOf } from "./history-nodes.ts";
import { itemNode, projectNode } from "./project-nodes.ts";

/** A repository with its lists. */
export async function repositoryNode(world: World, repository: Repository): Promise<Node> {
  const json = await world.repositoryJson(repository);
  const linked = [...world.projects.values()].filter(({ repositories }) => repositories.has(repository.fullName));
  return {
    __typename: "Repository",
    id: json["node_id"],
    databaseId: json["id"],
    name: repository.name,
    nameWithOwner: repository.fullName,
    url: json["html_url"],
    isPrivate: repository.isPrivate,
    isFork: repository.forkOf !== undefined,
    isArchived: false,
    hasIssuesEnabled: true,
    owner: actorNode(world, json["owner"]),
    defaultBranchRef: {
      __typename: "Ref",
      id: nodeId("REF", repository.defaultBranch),
      name: repository.defaultBranch,
    },
    ref: ({ qualifiedName }: { qualifiedName: string }) => refNode(repository, qualifiedName),
    issue: ({ number }: { number: number }) => issueOf(world, repository, number),
    pullRequest: ({ number }: { number: number }) => pullNumbered(world, repository, number),
    issueOrPullRequest: ({ number }: { number: number }) =>
      repository.pulls.has(number) ? pullNumbered(world, repository, number) : issueOf(world, repository, number),
    issues: async (options: ListArguments & { states?: string[]; labels?: string[] }) => {
      const all = (await issuesOf(world, repository)).filter(
        (issue) => issue["pull_request"] === undefined && matches(issue, options),
      );
      return connection(
        all.map((issue) => issueNode(world, repository, issue)),
        options,
      );
    },
    pullRequests: async (options: ListArguments & { states?: string[]; headRefName?: string }) => {
      const states = options.states ?? ["OPEN", "CLOSED", "MERGED"];
      const found = [...repository.pulls.values()].filter(
        (pull) => states.includes(stateOf(pull)) && (options.headRefName ?? pull.headRef) === pull.headRef,
      );
      return connection(await Promise.all(found.map((pull) => pullNode(world, repository, pull))), options);
    },
    projectsV2: (options: ListArguments) =>
      connection(
        linked.map((project) => projectNode(world, project)),
        options,
      ),
  };
}

/** A branch by its whole name; null when there is none. */
async function refNode(repository: Repository, name: string): Promise<Node | null> {
  if ((await repository.git.resolve(name)) === undefined) return null;
  return { __typename: "Ref", id: nodeId("REF", name), name: name.replace(/^refs\/heads\//, "") };
}

/** A branch as its issue shows it; GitHub shows none that is gone. */
export function linkedBranchNode(repository: Repository, number: number, name: string): Node {
  const id = nodeId("LB", `${repository.id} ${number} ${name}`);
  return { __typename: "LinkedBranch", id, ref: () => refNode(repository, `refs/heads/${name}`) };
}

async function issuesOf(world: World, repository: Repository): Promise<readonly Json[]> {
  const all = await everyPage(world, `/repos/${repository.fullName}/issues?state=all&sort=created&direction=asc&`);
  return decorate(world, all) as Json[];
}

function matches(issue: Json, { states, labels }: { states?: string[]; labels?: string[] }): boolean {
  const names = asRecords(issue["labels"]).map(({ name }) => name);
  const isState = states === undefined || states.includes(asString(issue["state"]).toUpperCase());
  return isState && (labels === undefined || labels.some((label) => names.includes(label)));
}

/** An issue by its number; GraphQL's error when there is none. */
export async function issueOf(world: World, repository: Repository, number: number): Promise<Node> {
  const json = await issueJson(world, repository, number).catch(() => undefined);
  if (json === undefined || repository.pulls.has(number))
    throw new RangeError(`Could not resolve to an Issue with the number of ${number}.`);
  return issueNode(world, repository, json);
}

function shared(world: World, repository: Repository, json: Json): Node {
  const number = Number(json["number"]);
  return {
    databaseId: json["id"],
    number,
    title: json["title"],
    body: json["body"] ?? "",
    url: json["html_url"],
    createdAt: json["created_at"],
    updatedAt: json["updated_at"],
    closedAt: json["closed_at"],
    closed: json["state"] === "closed",
    locked: json["locked"],
    authorAssociation: json["author_association"],
    author: actorNode(world, json["user"]),
    repository: () => repositoryNode(world, repository),
    labels: (options: ListArguments) => connection(asRecords(json["labels"]).map(labelNode), options),
    assignees: (options: ListArguments) =>
      connection(
        asRecords(json["assignees"]).map((user) => actorNode(world, user)),
        options,
      ),
    comments: async (options: ListArguments) => {
      const all = await everyPage(world, `/repos/${repository.fullName}/issues/${number}/comments?`);
      return connection(
        (decorate(world, all) as Json[]).map((comment) => commentNode(world, repository, comment)),
        options,
      );
    },
    projectItems: (options: ListArguments & { readonly includeArchived?: boolean | null }) => {
      const found = [...world.projects.values()].flatMap((project) =>
        project.items
          .filter((item) => item.repository === repository.fullName && item.number === number)
          .filter((item) => options.includeArchived !== false || item.archived !== true)
          .map((item) => ({ project, item })),
      );
      return connection(
        found.map(({ project, item }) => itemNode(world, project, item)),
        options,
      );
    },
  };
}

/** An issue. */
export function issueNode(world: World, repository: Repository, json: Json): Node {
  const number = Number(json["number"]);
  const children = repository.subIssues.get(number) ?? [];
  return {
    __typename: "Issue",
    ...shared(world, repository, json),
    id: json["node_id"],
    userContentEdits: editsOf(world, repository, { json }),
    timelineItems: timelineOf(world, repository, number),
    state: asString(json["state"]).toUpperCase(),
    stateReason: json["state_reason"] === null ? null : asString(json["state_reason"]).toUpperCase(),
    parent: () => {
      const parent = parentOf(repository, number);
      return parent === undefined ? null : issueOf(world, repository, parent);
    },
    subIssues: async (options: ListArguments) =>
      connection(await Promise.all(children.map((child) => issueOf(world, repository, child))), options),
    linkedBranches: async (options: ListArguments) => {
      const there = await repository.git.branches();
      const names = (repository.linkedBranches.get(number) ?? []).filter((name) => there.has(name));
      return connection(
        names.map((name) => linkedBranchNode(repository, number, name)),
        options,
      );
    },
    subIssuesSummary: async () => {
      const states = await Promise.all(
        children.map(async (child) => (await issueJson(world, repository, child))["state"]),
      );
      const completed = states.filter((state) => state === "closed").length;
      return {
        total: children.length,
        completed,
        percentCompleted: children.length === 0 ? 0 : Math.floor((completed * 100) / children.length),
      };
    },
  };
}

function labelNode({ node_id: id, name, color, description }: Json): Node {
  return { __typename: "Label", id, name, color, description };
}

function commentNode(world: World, repository: Repository, json: Json): Node {
  return {
    __typename: "IssueComment",
    userContentEdits: editsOf(world, repository, { json, comment: Number(json["id"]) }),
    id: json["node_id"],
    databaseId: json["id"],
    body: json["body"],
    url: json["html_url"],
    createdAt: json["created_at"],
    updatedAt: json["updated_at"],
    authorAssociation: json["author_association"],
    author: actorNode(world, json["user"]),
  };
}

async function pullNumbered(world: World, repository: Repository, number: number): Promise<Node> {
  const pull = repository.pulls.get(number);
  if (pull === undefined) throw new RangeError(`Could not resolve to a PullRequest with the number of ${number}.`);
  return pullNode(world, repository, pull);
}

function stateOf(pull: Pull): string {
  return pull.mergedAt === null ? pull.state.toUpperCase() : "MERGED";
}

/** A pull request. */
export async function pullNode(world: World, repository: Repository, pull: Pull): Promise<Node> {
  const json = await pullJson(world, repository, pull);
  const state = (): Promise<string> => mergeState(world, repository, pull);
  return {
    __typename: "PullRequest",
    ...shared(world, repository, json),
    id: json["node_id"],
    state: stateOf(pull),
    isDraft: pull.draft,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    isCrossRepository: pull.headRepository !== repository.fullName,
    additions: json["additions"],
    deletions: json["deletions"],
    changedFiles: json["changed_files"],
    mergeCommit: pull.mergeCommit === null ? null : commitNode(repository, pull.mergeCommit),
    mergeable: async () => ((await state()) === "dirty" ? "CONFLICTING" : "MERGEABLE"),
    mergeStateStatus: async () => (await state()).toUpperCase(),
    reviewDecision: () => decisionOf(repository, pull),
    reviews: (options: ListArguments) =>
      connection(
        pull.reviews.map((review) => reviewNode(world, review)),
        options,
      ),
    reviewThreads: (options: ListArguments) =>
      connection(
        threadsOf(pull).map((first) => threadNode(world, { repository, pull }, first)),
        options,
      ),
    commits: (options: ListArguments) =>
      connection(
        [
          {
            __typename: "PullRequestCommit",
            id: nodeId("PURC", pull.headSha),
            commit: commitNode(repository, pull.headSha),
          },
        ],
        options,
      ),
  };
}

function decisionOf(repository: Repository, pull: Pull): string | null {
  const newest = new Map(
    pull.reviews.filter(({ state }) => state !== "COMMENTED").map(({ author, state }) => [author, state]),
  );
  const opinions = [...newest.values()];
  if (opinions.includes("CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const needed = asksOf(repository, pull.baseRef, true).approvals;
  if (needed === 0) return null;
  return opinions.filter((state) => state === "APPROVED").length >= needed ? "APPROVED" : "REVIEW_REQUIRED";
}

/** A commit with all its checks in one word. */
function commitNode(repository: Repository, sha: string): Node {
  const states: Readonly<Record<string, string>> = { success: "SUCCESS", failure: "FAILURE", pending: "PENDING" };
  const state = states[checksState(repository, sha)];
  const contexts = [
    ...latestCheckRuns(repository, sha).map((run) => ({
      __typename: "CheckRun",
      id: nodeId("CR", run.id),
      databaseId: run.id,
      name: run.name,
      status: run.status.toUpperCase(),
      conclusion: run.conclusion?.toUpperCase() ?? null,
      completedAt: run.completedAt,
      detailsUrl: run.detailsUrl,
    })),
    ...latestStatuses(repository, sha).map((status) => ({
      __typename: "StatusContext",
      id: nodeId("SC", status.id),
      context: status.context,
      state: status.state.toUpperCase(),
      createdAt: status.at,
      description: status.description,
      targetUrl: status.targetUrl,
    })),
  ];
  const rollup = {
    __typename: "StatusCheckRollup",
    id: nodeId("SCR", sha),
    state,
    contexts: (options: ListArguments) => connection(contexts, options),
  };
  return {
    __typename: "Commit",
    id: nodeId("C", sha),
    oid: sha,
    statusCheckRollup: state === undefined ? null : rollup,
  };
}

function reviewNode(world: World, review: Review): Node {
  return {
    __typename: "PullRequestReview",
    id: nodeId("PRR", review.id),
    databaseId: review.id,
    body: review.body,
    state: review.state,
    submittedAt: review.submittedAt ?? null,
    author: async () => actorNode(world, await world.user(review.author)),
    commit: { __typename: "Commit", id: nodeId("C", review.commit), oid: review.commit },
  };
}

/** The first comment of each thread. */
function threadsOf(pull: Pull): readonly ReviewComment[] {
  return pull.comments.filter(({ inReplyTo }) => inReplyTo === undefined);
}

/** Where a thread is. */
interface Place {
  readonly repository: Repository;
  readonly pull: Pull;
}

/** A thread of comments on a line. */
export function threadNode(world: World, { repository, pull }: Place, first: ReviewComment): Node {
  const comments = pull.comments.filter(({ id, inReplyTo }) => id === first.id || inReplyTo === first.id);
  return {
    __typename: "PullRequestReviewThread",
    id: nodeId("PRRT", first.id),
    isResolved: pull.resolved.has(first.id),
    isOutdated: first.commit !== pull.headSha,
    path: first.path,
    line: first.commit === pull.headSha ? first.line : null,
    originalLine: first.line,
    pullRequest: () => pullNode(world, repository, pull),
    comments: (options: ListArguments) =>
      connection(
        comments.map((comment) => threadCommentNode(world, comment)),
        options,
      ),
  };
}

function threadCommentNode(world: World, comment: ReviewComment): Node {
  return {
    __typename: "PullRequestReviewComment",
    id: nodeId("PRRC", comment.id),
    databaseId: comment.id,
    body: comment.body,
    path: comment.path,
    createdAt: comment.createdAt,
    author: async () => actorNode(world, await world.user(comment.author)),
  };
}
