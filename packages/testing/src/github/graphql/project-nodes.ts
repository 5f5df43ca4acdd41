import type { Json } from "../http/api.ts";
import type { Project, ProjectField, ProjectItem } from "../projects/project.ts";
import type { World } from "../state/world.ts";
import { connection, type ListArguments } from "./connection.ts";

/** What resolvers are given beside their arguments. */
export interface GraphContext {
  /** The issue or pull request with this number. */
  content(repository: string, number: number): Promise<Json>;
}

/** A project with its columns and items. */
export function projectNode(world: World, project: Project): Json {
  return {
    __typename: "ProjectV2",
    id: project.id,
    databaseId: project.databaseId,
    number: project.number,
    title: project.title,
    url: `${world.url}/users/${project.owner}/projects/${project.number}`,
    closed: false,
    owner: () => ownerNode(world, project),
    createdAt: project.createdAt,
    updatedAt: project.updatedAt,
    fields: (options: ListArguments) => connection(project.fields.map(fieldNode), options),
    field: ({ name }: { name: string }) => {
      const found = project.fields.find((field) => field.name === name);
      return found === undefined ? null : fieldNode(found);
    },
    items: (options: ListArguments) =>
      connection(
        project.items.map((item) => itemNode(world, project, item)),
        options,
      ),
  };
}

async function ownerNode(world: World, { owner }: Project): Promise<Json> {
  const organization = await world.backing.call("GET", `/orgs/${owner}`);
  const isOrganization = organization.status === 200;
  const found = isOrganization ? organization.body : (await world.backing.call("GET", `/users/${owner}`)).body;
  const { login, node_id: id } = found as Json;
  return { __typename: isOrganization ? "Organization" : "User", login, id };
}

/** A column. */
export function fieldNode(field: ProjectField): Json {
  const common = { id: field.id, databaseId: field.databaseId, name: field.name, dataType: field.dataType };
  if (field.dataType !== "SINGLE_SELECT") return { __typename: "ProjectV2Field", ...common };
  const options = ({ names }: { names?: readonly string[] | null }): readonly Json[] =>
    field.options
      .filter(({ name }) => names === null || names === undefined || names.includes(name))
      .map((option) => ({
        __typename: "ProjectV2SingleSelectFieldOption",
        ...option,
        nameHTML: option.name,
        descriptionHTML: option.description,
      }));
  return { __typename: "ProjectV2SingleSelectField", ...common, options };
}

/** An item with its values. */
export function itemNode(world: World, project: Project, item: ProjectItem): Json {
  const values = project.fields.filter(({ id }) => item.values.has(id));
  return {
    __typename: "ProjectV2Item",
    id: item.id,
    databaseId: item.databaseId,
    type: world.find(item.repository)?.pulls.has(item.number) === true ? "PULL_REQUEST" : "ISSUE",
    isArchived: item.archived === true,
    createdAt: item.createdAt,
    updatedAt: item.updatedAt,
    project: () => projectNode(world, project),
    content: (_options: unknown, context: GraphContext) => context.content(item.repository, item.number),
    fieldValues: (options: ListArguments) =>
      connection(
        values.map((field) => valueNode(item, field)),
        options,
      ),
    fieldValueByName: ({ name }: { name: string }) => {
      const found = values.find((field) => field.name === name);
      return found === undefined ? null : valueNode(item, found);
    },
  };
}

function valueNode(item: ProjectItem, field: ProjectField): Json {
  const value = item.values.get(field.id);
  const common = { id: `${item.id}_${field.id}`, field: fieldNode(field) };
  if (field.dataType === "SINGLE_SELECT") {
    const option = field.options.find(({ id }) => id === value);
    return {
      __typename: "ProjectV2ItemFieldSingleSelectValue",
      ...common,
      name: option?.name ?? null,
      optionId: value,
    };
  }
  if (field.dataType === "NUMBER") return { __typename: "ProjectV2ItemFieldNumberValue", ...common, number: value };
  if (field.dataType === "DATE") return { __typename: "ProjectV2ItemFieldDateValue", ...common, date: value };
  return { __typename: "ProjectV2ItemFieldTextValue", ...common, text: value };
}
