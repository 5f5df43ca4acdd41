import type { Json } from "../http/api.ts";
import { Refusal } from "../http/refusal.ts";
import { tellItem } from "../projects/item-events.ts";
import {
  addField,
  addItem,
  createProject,
  type Project,
  type ProjectField,
  type ProjectItem,
  setValue,
} from "../projects/project.ts";
import { pullJson } from "../pulls/pull-json.ts";
import type { Repository, Role } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";
import { emit } from "../webhooks/emit.ts";
import { type Found, lookUp, nodeById } from "./lookup.ts";
import { linkedBranchNode } from "./nodes.ts";
import { fieldNode, itemNode, projectNode } from "./project-nodes.ts";

/** A mutation's only argument. */
interface Input<Fields> {
  readonly input: Fields & { readonly clientMutationId?: string };
}

/** The mutations, for one person. */
export function mutations(world: World, actor: Actor): Json {
  return { ...projectMutations(world, actor), ...pullMutations(world, actor), ...branchMutations(world, actor) };
}

interface LinkInput {
  readonly issueId: string;
  readonly oid: string;
  readonly name?: string;
}

function branchMutations(world: World, actor: Actor): Json {
  return {
    createLinkedBranch: async ({ input }: Input<LinkInput>) => {
      const found = await lookUp(world, input.issueId);
      if (found.kind !== "issue" || input.name === undefined) throw new RangeError("Could not resolve to an Issue");
      const { repository } = found;
      need(world, { actor, repository, role: "write" });
      const ref = `refs/heads/${input.name}`;
      const commit = await repository.git.resolve(input.oid);
      if (commit === undefined) throw new RangeError(`Could not resolve to a node with the oid of '${input.oid}'`);
      // What is there already is not linked, and is no error either.
      if ((await repository.git.resolve(ref)) !== undefined) return done(input, { linkedBranch: null });
      const before = await repository.git.branches();
      await repository.git.git("update-ref", ref, commit);
      const number = Number(found.issue["number"]);
      repository.linkedBranches.set(number, [...(repository.linkedBranches.get(number) ?? []), input.name]);
      await world.takeInPush(repository, before, actor);
      const issue = await nodeById(world, input.issueId);
      return done(input, { linkedBranch: linkedBranchNode(repository, number, input.name), issue });
    },
  };
}

function projectMutations(world: World, actor: Actor): Json {
  return {
    createProjectV2: async ({ input }: Input<{ ownerId: string; title: string; repositoryId?: string }>) => {
      const owner = await loginOf(world, input.ownerId);
      const project = createProject(world, { owner, creator: actor.login, title: input.title });
      return done(input, { projectV2: projectNode(world, project) });
    },
    createProjectV2Field: ({ input }: Input<FieldInput>) => {
      const { name, dataType, singleSelectOptions: options = [] } = input;
      const field = addField(world, projectOf(world, input), { name, dataType, options });
      return done(input, { projectV2Field: fieldNode(field) });
    },
    linkProjectV2ToRepository: async ({ input }: Input<{ projectId: string; repositoryId: string }>) => {
      const { repository } = await lookUp(world, input.repositoryId);
      projectOf(world, input).repositories.add(repository.fullName);
      return done(input, { repository: await nodeById(world, input.repositoryId) });
    },
    addProjectV2ItemById: async ({ input }: Input<{ projectId: string; contentId: string }>) => {
      const project = projectOf(world, input);
      const before = project.items.length;
      const found = await lookUp(world, input.contentId);
      const item = addItem(world, project, {
        repository: found.repository.fullName,
        number: numberOf(found),
        creator: actor.login,
      });
      if (project.items.length > before) await tellItem(world, project, { item, action: "created", by: actor });
      return done(input, { item: itemNode(world, project, item) });
    },
    updateProjectV2ItemFieldValue: async ({ input }: Input<ValueInput>) => {
      const { project, item, field } = placeOf(world, input);
      const { text, number, date, singleSelectOptionId: option } = input.value;
      setValue(world, item, { field, value: text ?? number ?? date ?? option ?? null });
      await tellItem(world, project, { item, action: "edited", by: actor, field });
      return done(input, { projectV2Item: itemNode(world, project, item) });
    },
    clearProjectV2ItemFieldValue: async ({ input }: Input<Omit<ValueInput, "value">>) => {
      const { project, item, field } = placeOf(world, input);
      setValue(world, item, { field, value: null });
      await tellItem(world, project, { item, action: "edited", by: actor, field });
      return done(input, { projectV2Item: itemNode(world, project, item) });
    },
    archiveProjectV2Item: ({ input }: Input<{ projectId: string; itemId: string }>) => {
      const project = projectOf(world, input);
      const item = itemIn(project, input.itemId);
      item.archived = true;
      return done(input, { item: itemNode(world, project, item) });
    },
    deleteProjectV2Item: async ({ input }: Input<{ projectId: string; itemId: string }>) => {
      const project = projectOf(world, input);
      const item = itemIn(project, input.itemId);
      project.items.splice(project.items.indexOf(item), 1);
      await tellItem(world, project, { item, action: "deleted", by: actor });
      return done(input, { deletedItemId: input.itemId });
    },
  };
}

interface FieldInput {
  readonly projectId: string;
  readonly name: string;
  readonly dataType: string;
  readonly singleSelectOptions?: readonly { name: string; color: string; description: string }[];
}

interface ValueInput {
  readonly projectId: string;
  readonly itemId: string;
  readonly fieldId: string;
  readonly value: { text?: string; number?: number; date?: string; singleSelectOptionId?: string };
}

function pullMutations(world: World, actor: Actor): Json {
  const setDraft =
    (isDraft: boolean) =>
    async ({ input }: Input<{ pullRequestId: string }>) => {
      const found = await lookUp(world, input.pullRequestId);
      if (found.kind !== "pull") throw new RangeError(`Could not resolve to a PullRequest`);
      if (actor.login !== found.pull.author) need(world, { actor, repository: found.repository, role: "write" });
      found.pull.draft = isDraft;
      const shown = await pullJson(world, found.repository, found.pull);
      const action = isDraft ? "converted_to_draft" : "ready_for_review";
      const payload = { action, number: found.pull.number, pull_request: shown };
      await emit(world, found.repository, { event: "pull_request", payload, by: actor });
      return done(input, { pullRequest: await nodeById(world, input.pullRequestId) });
    };
  const setResolved =
    (isResolved: boolean) =>
    async ({ input }: Input<{ threadId: string }>) => {
      const found = await lookUp(world, input.threadId);
      if (found.kind !== "thread") throw new RangeError("Could not resolve to a PullRequestReviewThread");
      const { repository, pull, first } = found;
      if (actor.login !== pull.author) need(world, { actor, repository, role: "write" });
      if (isResolved) pull.resolved.add(first.id);
      else pull.resolved.delete(first.id);
      return done(input, { thread: await nodeById(world, input.threadId) });
    };
  return {
    markPullRequestReadyForReview: setDraft(false),
    convertPullRequestToDraft: setDraft(true),
    resolveReviewThread: setResolved(true),
    unresolveReviewThread: setResolved(false),
  };
}

function done({ clientMutationId }: { readonly clientMutationId?: string }, result: Json): Json {
  return { clientMutationId: clientMutationId ?? null, ...result };
}

function need(world: World, { actor, repository, role }: { actor: Actor; repository: Repository; role: Role }): void {
  if (!world.may(actor, repository, role))
    throw new Refusal(403, `${actor.login} does not have the correct permissions`);
}

/** The person or organisation of a node id. */
async function loginOf(world: World, id: string): Promise<string> {
  const owners = new Set([...world.repositories.values()].map(({ owner }) => owner));
  for (const login of owners) {
    const kinds = await Promise.all(
      [`/users/${login}`, `/orgs/${login}`].map((path) => world.backing.call("GET", path)),
    );
    if (kinds.some(({ body }) => (body as Json | undefined)?.["node_id"] === id)) return login;
  }
  throw new RangeError(`Could not resolve to a node with the global id of '${id}'`);
}

function projectOf(world: World, { projectId }: { projectId: string }): Project {
  const project = world.projects.get(projectId);
  if (project === undefined) throw new RangeError(`Could not resolve to a node with the global id of '${projectId}'`);
  return project;
}

function itemIn(project: Project, id: string): ProjectItem {
  const item = project.items.find((one) => one.id === id);
  if (item === undefined) throw new RangeError(`Could not resolve to a node with the global id of '${id}'`);
  return item;
}

function placeOf(
  world: World,
  input: Omit<ValueInput, "value">,
): { project: Project; item: ProjectItem; field: ProjectField } {
  const project = projectOf(world, input);
  const item = project.items.find(({ id }) => id === input.itemId);
  const field = project.fields.find(({ id }) => id === input.fieldId);
  if (item === undefined || field === undefined)
    throw new RangeError("Could not resolve to a node with that global id");
  return { project, item, field };
}

function numberOf(found: Found): number {
  if (found.kind === "issue") return Number(found.issue["number"]);
  if (found.kind === "pull") return found.pull.number;
  throw new RangeError("The content must be an issue or a pull request");
}
