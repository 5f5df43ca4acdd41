import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

import type { Place } from "@orch/commands";
import {
  isInternalTask,
  orchError,
  parseProjectId,
  parseTaskId,
  parseTaskRef,
  unwrap,
  type Forge,
  type ProjectId,
  type ProjectSettings,
  type Task,
  type TaskRef,
} from "@orch/core";
import { taskOfIssue } from "@orch/engine";

import { exists } from "../repository.ts";
import type { ApiServices } from "./services.ts";

/** A project with its parsed id. */
export interface KnownProject {
  readonly id: ProjectId;
  readonly settings: ProjectSettings;
}

/**
 * The project that a call is about: the one that is said, else the one of the caller's folder, else none.
 * @throws `project_unknown` when one is said that nobody knows, `invalid_id`.
 */
export async function findProject(services: ApiServices, place: Place): Promise<KnownProject | undefined> {
  if (place.project !== undefined) return projectNamed(services, place.project);
  return place.folder === undefined ? undefined : projectAt(services, place.folder);
}

/** As `findProject`, but a call without a project is an error: `project_unknown` or `not_a_repository`. */
export async function needProject(services: ApiServices, place: Place): Promise<KnownProject> {
  const found = await findProject(services, place);
  if (found !== undefined) return found;
  const root = place.folder === undefined ? undefined : await gitRootOf(place.folder);
  if (root === undefined) {
    throw orchError("not_a_repository", "this folder is not inside a git repository", {
      hint: "Go to a repository, or say which project: --project owner/repo.",
    });
  }
  throw orchError("project_unknown", `${root} is not a project of orch yet`, { hint: "Register it with: orch init" });
}

async function projectNamed(services: ApiServices, said: string): Promise<KnownProject> {
  const found = isAbsolute(said) ? await projectAt(services, said) : byId(services, unwrap(parseProjectId(said)));
  if (found !== undefined) return found;
  throw orchError("project_unknown", `there is no project ${JSON.stringify(said)}`, {
    hint: "See: orch project list. Register one with: orch project add <path>",
  });
}

async function projectAt(services: ApiServices, folder: string): Promise<KnownProject | undefined> {
  const root = await gitRootOf(folder);
  if (root === undefined) return undefined;
  for (const settings of services.projects.list()) {
    if ((await realFolder(settings.source)) === root) return { id: settings.id, settings };
  }
  return undefined;
}

/** The known project with an id. */
export function byId(services: ApiServices, id: ProjectId): KnownProject | undefined {
  const settings = services.projects.get(id);
  return settings === undefined ? undefined : { id, settings };
}

/** The root of the git repository that a folder is in, as a real path. */
export async function gitRootOf(folder: string): Promise<string | undefined> {
  let here = await realFolder(folder);
  while (here !== undefined) {
    if (await exists(join(here, ".git"))) return here;
    const above = dirname(here);
    here = above === here ? undefined : above;
  }
  return undefined;
}

/** The real path of a folder; undefined when it can't be reached. */
async function realFolder(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** The forge of the project that a call is about, or those of all projects. */
export async function forgesAt(services: ApiServices, place: Place): Promise<readonly Forge[]> {
  const project = await findProject(services, place);
  const ids = project === undefined ? services.projects.list().map(({ id }) => id) : [project.id];
  return ids.flatMap((id) => services.forges.of(id) ?? []);
}

/** The name of a task, from `42`, `int-5` (of the call's project) or `owner/repo#int-5`. */
export async function taskRefOf(services: ApiServices, text: string, place: Place): Promise<TaskRef> {
  if (text.includes("/")) return unwrap(parseTaskRef(text));
  const id = unwrap(parseTaskId(text));
  const project = await needProject(services, place);
  return { project: project.id, id };
}

/** The task that a call names. Throws `task_unknown`. */
export async function needTask(services: ApiServices, text: string, place: Place): Promise<Task> {
  const ref = await taskRefOf(services, text, place);
  const task =
    (await services.store.task(ref)) ??
    (isInternalTask(ref.id) ? undefined : await taskOfIssue(services.store, { ...ref, number: Number(ref.id) }));
  if (task !== undefined) return task;
  throw orchError("task_unknown", `there is no task ${ref.id} in ${ref.project}`, { hint: "See: orch task list" });
}

/** The settings of a task's project. Throws `project_unknown` when the project was removed since. */
export function projectOf(services: ApiServices, task: TaskRef): ProjectSettings {
  const settings = services.projects.get(task.project);
  if (settings !== undefined) return settings;
  throw orchError("project_unknown", `the project ${task.project} of this task is not registered any more`, {
    hint: "Register its repository again: orch project add <path>",
  });
}
