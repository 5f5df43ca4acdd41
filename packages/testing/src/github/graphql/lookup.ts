import type { Json } from "../http/api.ts";
import { everyPage } from "../issues/comment-list.ts";
import { decorate } from "../issues/issue-json.ts";
import type { Pull, ReviewComment } from "../pulls/pull.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";
import { issueNode, pullNode, repositoryNode, threadNode } from "./nodes.ts";
import { itemNode, projectNode } from "./project-nodes.ts";

/** What a node id stands for. */
export type Found =
  | { readonly kind: "repository"; readonly repository: Repository }
  | { readonly kind: "issue"; readonly repository: Repository; readonly issue: Json }
  | { readonly kind: "pull"; readonly repository: Repository; readonly pull: Pull }
  | { readonly kind: "thread"; readonly repository: Repository; readonly pull: Pull; readonly first: ReviewComment };

/** Finds what a node id stands for; GraphQL's error when there is nothing. */
export async function lookUp(world: World, id: string): Promise<Found> {
  for (const repository of world.repositories.values()) {
    const found = inPulls(repository, id) ?? (await inIssues(world, repository, id));
    if (found !== undefined) return found;
    const json = await world.repositoryJson(repository);
    if (json["node_id"] === id) return { kind: "repository", repository };
  }
  throw new RangeError(`Could not resolve to a node with the global id of '${id}'`);
}

function inPulls(repository: Repository, id: string): Found | undefined {
  for (const pull of repository.pulls.values()) {
    if (nodeId("PR", pull.id) === id) return { kind: "pull", repository, pull };
    const first = pull.comments.find((comment) => nodeId("PRRT", comment.id) === id);
    if (first !== undefined) return { kind: "thread", repository, pull, first };
  }
  return undefined;
}

async function inIssues(world: World, repository: Repository, id: string): Promise<Found | undefined> {
  const all = await everyPage(world, `/repos/${repository.fullName}/issues?state=all&`);
  const issue = all.find(({ node_id: node }) => node === id);
  return issue === undefined ? undefined : { kind: "issue", repository, issue: decorate(world, issue) as Json };
}

/** The object that a node id stands for. */
export async function nodeById(world: World, id: string): Promise<Json> {
  const project = world.projects.get(id);
  if (project !== undefined) return projectNode(world, project);
  for (const each of world.projects.values()) {
    const item = each.items.find((entry) => entry.id === id);
    if (item !== undefined) return itemNode(world, each, item);
  }
  const found = await lookUp(world, id);
  switch (found.kind) {
    case "repository":
      return repositoryNode(world, found.repository);
    case "issue":
      return issueNode(world, found.repository, found.issue);
    case "pull":
      return pullNode(world, found.repository, found.pull);
    case "thread":
      return threadNode(world, found, found.first);
    default:
      return found satisfies never;
  }
}
