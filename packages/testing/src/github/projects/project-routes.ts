import { asRecords, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json, numberOf, page, paramOf } from "../http/api.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { everyPage } from "../issues/comment-list.ts";
import { issueJson } from "../issues/issue-json.ts";
import { fullPullJson } from "../pulls/pull-json.ts";
import { tellItem } from "./item-events.ts";
import { addItem, type Project, type ProjectField, type ProjectItem, setValue } from "./project.ts";

/** Projects V2 of people and organisations. Making one takes GraphQL. */
export function registerProjects(api: Api): void {
  for (const base of ["/users/:owner/projectsV2", "/orgs/:owner/projectsV2"]) {
    const one = `${base}/:project`;
    api.get(base, async (call) =>
      page(call, await Promise.all(projectsOf(call).map((project) => projectJson(call, project)))),
    );
    api.get(one, async (call) => call.json(await projectJson(call, projectOf(call))));
    api.get(`${one}/fields`, (call) =>
      page(
        call,
        projectOf(call).fields.map((field) => fieldJson(call, field)),
      ),
    );
    api.get(`${one}/items`, async (call) =>
      page(call, await Promise.all(projectOf(call).items.map((item) => itemJson(call, item)))),
    );
    api.post(`${one}/items`, createItem);
    api.get(`${one}/items/:item`, async (call) => call.json(await itemJson(call, itemOf(call))));
    api.patch(`${one}/items/:item`, changeItem);
    api.delete(`${one}/items/:item`, async (call) => {
      const project = writable(call);
      const item = itemOf(call);
      project.items.splice(project.items.indexOf(item), 1);
      await tellItem(call.get("world"), project, { item, action: "deleted", by: call.get("actor") });
      return call.body(null, 204);
    });
  }
}

function projectsOf(call: Call): readonly Project[] {
  const owner = paramOf(call, "owner").toLowerCase();
  return [...call.get("world").projects.values()].filter((project) => project.owner.toLowerCase() === owner);
}

function projectOf(call: Call): Project {
  const found = projectsOf(call).find(({ number }) => number === numberOf(call, "project"));
  if (found === undefined) throw notFound();
  return found;
}

/** The project, for someone who may write in a repository of its owner. */
function writable(call: Call): Project {
  const { world, actor } = call.var;
  const project = projectOf(call);
  const owned = [...world.repositories.values()].filter(
    ({ owner }) => owner.toLowerCase() === project.owner.toLowerCase(),
  );
  if (!owned.some((repository) => world.may(actor, repository, "write")))
    throw new Refusal(403, "Resource not accessible");
  return project;
}

function itemOf(call: Call): ProjectItem {
  const found = projectOf(call).items.find(({ databaseId }) => databaseId === numberOf(call, "item"));
  if (found === undefined) throw notFound();
  return found;
}

async function createItem(call: Call): Promise<Response> {
  const { world, actor } = call.var;
  const project = writable(call);
  const body = bodyOf(call);
  const { repository, number } = await contentOf(call, body);
  const before = project.items.length;
  const item = addItem(world, project, { repository, number, creator: actor.login });
  if (project.items.length > before) await tellItem(world, project, { item, action: "created", by: actor });
  return call.json(await itemJson(call, item), 201);
}

/** The issue or pull request of `{ type, id }` or `{ type, owner, repo, number }`. */
async function contentOf(call: Call, body: Json): Promise<{ repository: string; number: number }> {
  const { world } = call.var;
  const named = world.find(`${asString(body["owner"])}/${asString(body["repo"])}`);
  if (named !== undefined)
    return {
      repository: named.fullName,
      number: Number((await issueJson(world, named, Number(body["number"])))["number"]),
    };
  for (const repository of world.repositories.values()) {
    const pull = [...repository.pulls.values()].find(({ id }) => id === body["id"]);
    if (body["type"] === "PullRequest" && pull !== undefined)
      return { repository: repository.fullName, number: pull.number };
    const issues =
      body["type"] === "Issue" ? await everyPage(world, `/repos/${repository.fullName}/issues?state=all&`) : [];
    const issue = issues.find(({ id }) => id === body["id"]);
    if (issue !== undefined) return { repository: repository.fullName, number: Number(issue["number"]) };
  }
  throw notFound();
}

async function changeItem(call: Call): Promise<Response> {
  const project = writable(call);
  const item = itemOf(call);
  for (const { id, value } of asRecords(bodyOf(call)["fields"])) {
    const field = project.fields.find(({ databaseId }) => databaseId === id);
    if (field === undefined) throw notFound();
    setValue(call.get("world"), item, { field, value: value as string | number | null });
    await tellItem(call.get("world"), project, { item, action: "edited", by: call.get("actor"), field });
  }
  return call.json(await itemJson(call, item));
}

async function projectJson(call: Call, project: Project): Promise<Json> {
  const { world } = call.var;
  return {
    id: project.databaseId,
    node_id: project.id,
    owner: await world.user(project.creator),
    creator: await world.user(project.creator),
    title: project.title,
    description: null,
    public: false,
    closed_at: null,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    number: project.number,
    short_description: null,
    deleted_at: null,
    deleted_by: null,
    state: "open",
    latest_status_update: null,
    is_template: false,
  };
}

function fieldJson(call: Call, field: ProjectField): Json {
  const project = projectOf(call);
  const options = field.options.map(({ id, name, color, description }) => ({
    id,
    name: { raw: name, html: name },
    description: { raw: description, html: description },
    color,
  }));
  return {
    id: field.databaseId,
    node_id: field.id,
    project_url: `${call.get("world").url}/users/${project.owner}/projectsV2/${project.number}`,
    name: field.name,
    data_type: field.dataType.toLowerCase(),
    ...(options.length === 0 ? {} : { options }),
    created_at: field.createdAt,
    updated_at: field.createdAt,
  };
}

async function itemJson(call: Call, item: ProjectItem): Promise<Json> {
  const { world } = call.var;
  const project = projectOf(call);
  const repository = world.find(item.repository);
  if (repository === undefined) throw notFound();
  const pull = repository.pulls.get(item.number);
  const url = `${world.url}/users/${project.owner}/projectsV2/${project.number}`;
  const shown = (field: ProjectField): unknown => {
    const value = item.values.get(field.id) ?? null;
    const option = field.options.find(({ id }) => id === value);
    return option === undefined ? value : { id: option.id, name: { raw: option.name, html: option.name } };
  };
  return {
    id: item.databaseId,
    node_id: item.id,
    project_url: url,
    content_type: pull === undefined ? "Issue" : "PullRequest",
    content:
      pull === undefined
        ? await issueJson(world, repository, item.number)
        : await fullPullJson(world, repository, pull),
    creator: await world.user(item.creator),
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    archived_at: null,
    item_url: `${url}/items/${item.databaseId}`,
    fields: project.fields.map((field) => ({
      id: field.databaseId,
      name: field.name,
      data_type: field.dataType.toLowerCase(),
      value: shown(field),
    })),
  };
}
