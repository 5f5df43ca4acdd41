import { Refusal } from "../http/refusal.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";

/** A project (Projects V2). */
export interface Project {
  readonly id: string;
  readonly databaseId: number;
  readonly number: number;
  readonly owner: string;
  readonly creator: string;
  title: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly fields: ProjectField[];
  readonly items: ProjectItem[];
  /** Full names of the repositories that it is linked to. */
  readonly repositories: Set<string>;
}

/** A column of a project. */
export interface ProjectField {
  readonly id: string;
  readonly databaseId: number;
  readonly name: string;
  readonly dataType: string;
  readonly options: readonly ProjectOption[];
  readonly createdAt: string;
}

/** A choice of a column. */
export interface ProjectOption {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

/** An issue or pull request in a project. */
export interface ProjectItem {
  readonly id: string;
  readonly databaseId: number;
  readonly repository: string;
  readonly number: number;
  readonly creator: string;
  readonly createdAt: string;
  updatedAt: string;
  archived?: boolean;
  /** Values by the field's id: text, number, date, or the id of an option. */
  readonly values: Map<string, string | number>;
}

/** Makes a project with the columns that each one has at first. */
export function createProject(
  world: World,
  { owner, creator, title }: { owner: string; creator: string; title: string },
): Project {
  const databaseId = world.nextId();
  const mine = [...world.projects.values()].filter((project) => project.owner === owner);
  const at = world.now();
  const project: Project = {
    id: nodeId("PVT", databaseId),
    databaseId,
    number: mine.length + 1,
    owner,
    creator,
    title,
    createdAt: at,
    updatedAt: at,
    fields: [],
    items: [],
    repositories: new Set(),
  };
  world.projects.set(project.id, project);
  addField(world, project, { name: "Title", dataType: "TITLE", options: [] });
  addField(world, project, {
    name: "Status",
    dataType: "SINGLE_SELECT",
    options: ["Todo", "In Progress", "Done"].map((name) => ({ name })),
  });
  return project;
}

/** Adds a column. */
export function addField(
  world: World,
  project: Project,
  field: { name: string; dataType: string; options: readonly { name: string; color?: string; description?: string }[] },
): ProjectField {
  if (project.fields.some(({ name }) => name.toLowerCase() === field.name.toLowerCase())) {
    throw new Refusal(422, "Name has already been taken");
  }
  const databaseId = world.nextId();
  const options = field.options.map(({ name, color = "GRAY", description = "" }) => ({
    id: world.nextId().toString(16).padStart(8, "0"),
    name,
    color,
    description,
  }));
  const made = {
    id: nodeId("PVTF", databaseId),
    databaseId,
    name: field.name,
    dataType: field.dataType,
    options,
    createdAt: world.now(),
  };
  project.fields.push(made);
  return made;
}

/** Adds an issue or pull request; gives the item that is there already, as GitHub does. */
export function addItem(
  world: World,
  project: Project,
  { repository, number, creator }: { repository: string; number: number; creator: string },
): ProjectItem {
  const known = project.items.find((item) => item.repository === repository && item.number === number);
  if (known !== undefined) return known;
  const databaseId = world.nextId();
  const at = world.now();
  const item: ProjectItem = {
    id: nodeId("PVTI", databaseId),
    databaseId,
    repository,
    number,
    creator,
    createdAt: at,
    updatedAt: at,
    values: new Map(),
  };
  project.items.push(item);
  return item;
}

/** Sets a value of an item. @throws Refusal 422 when the field doesn't take it */
export function setValue(
  world: World,
  item: ProjectItem,
  { field, value }: { field: ProjectField; value: string | number | null },
): void {
  const isOption = field.dataType !== "SINGLE_SELECT" || value === null || field.options.some(({ id }) => id === value);
  if (!isOption) throw new Refusal(422, "The single select option Id does not belong to the field");
  if (value === null) item.values.delete(field.id);
  else item.values.set(field.id, value);
  item.updatedAt = world.now();
}
