import type { Json } from "../http/api.ts";
import { issueJson } from "../issues/issue-json.ts";
import { nodeId } from "../state/unique.ts";
import type { Actor, World } from "../state/world.ts";
import type { Project, ProjectField, ProjectItem } from "./project.ts";

/** A change of an item. */
export interface ItemChange {
  readonly item: ProjectItem;
  readonly action: "created" | "edited" | "deleted";
  readonly by: Actor;
  /** The column that was set. */
  readonly field?: ProjectField;
}

/** Tells the App of a change in an organisation's project. GitHub tells nobody of a person's, and no repository's hook. */
export async function tellItem(world: World, project: Project, { item, action, by, field }: ItemChange): Promise<void> {
  const repository = world.find(item.repository);
  if (world.app === undefined || repository === undefined) return;
  const { status, body } = await world.backing.call("GET", `/orgs/${project.owner}`);
  if (status !== 200) return;
  const pull = repository.pulls.get(item.number);
  const content =
    pull === undefined ? (await issueJson(world, repository, item.number))["node_id"] : nodeId("PR", pull.id);
  const organization = { ...(body as Json), description: "" };
  const payload: Json = {
    action,
    ...(field === undefined ? {} : { changes: changesOf(field) }),
    projects_v2_item: {
      id: item.databaseId,
      node_id: item.id,
      project_node_id: project.id,
      content_node_id: content,
      content_type: pull === undefined ? "Issue" : "PullRequest",
      creator: await world.user(item.creator),
      created_at: item.createdAt,
      updated_at: item.updatedAt,
      archived_at: null,
    },
    organization,
    sender: await world.user(by.login),
    installation: { id: world.app.installation, node_id: nodeId("I", world.app.installation) },
  };
  const wrong = world.checks?.event("projects_v2_item", action, payload);
  if (wrong !== undefined) throw new TypeError(`the stand-in's event is not as GitHub describes it: ${wrong}`);
  world.relay.send({ scopes: ["app"], event: "projects_v2_item", payload, repositoryId: undefined, at: world.now() });
}

function changesOf({ id, dataType }: ProjectField): Json {
  return { field_value: { field_node_id: id, field_type: dataType.toLowerCase() } };
}
