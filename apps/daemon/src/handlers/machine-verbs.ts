import { isAbsolute } from "node:path";

import type { CommandResults } from "@orch/api";
import {
  nearest,
  orchError,
  sandboxModes,
  unwrap,
  type Forge,
  type Json,
  type ProjectSettings,
  type SandboxMode,
} from "@orch/core";

import type { BrokenProject } from "../edition.ts";
import { viewForge } from "../forge-views.ts";
import { errorBody } from "../http/answers.ts";
import { exists } from "../repository.ts";
import { findProject, forgesAt, needProject } from "./place.ts";
import type { Handlers } from "./services.ts";

/** Projects, agents, configuration, and the daemon itself. */
export const machineHandlers: Handlers<
  | "agents"
  | "forges"
  | "skills list"
  | "skills sync"
  | "config"
  | "project add"
  | "project list"
  | "project remove"
  | "stop"
> = {
  async agents(services, args) {
    const project = await findProject(services, args);
    return { agents: await services.agents(project?.settings) };
  },
  async forges(services, args) {
    const forges = await forgesAt(services, args);
    const nameOf = (forge: Forge): string | undefined => services.projects.get(forge.project)?.forge?.repository;
    return { forges: await Promise.all(forges.map((forge) => viewForge(forge, services.clock, nameOf(forge)))) };
  },
  async "skills list"(services) {
    return { skills: await services.skills.catalogue() };
  },
  async "skills sync"(services) {
    return { repositories: await services.skills.sync() };
  },
  async config(services, args) {
    const project = await findProject(services, args);
    const whole = await services.configuration(project?.settings);
    if (args.key !== undefined) return { key: args.key, value: valueAt(whole, args.key) };
    const notices = services.configurationNotices(project?.settings);
    return { key: null, value: whole, ...(notices.length === 0 ? {} : { notices: [...notices] }) };
  },
  async "project add"(services, args) {
    const path = args.path ?? args.folder;
    const confined = args.sandbox === undefined ? {} : { sandbox: modeIn(args.sandbox) };
    const repository = args.path === undefined || isAbsolute(args.path) ? undefined : args.path;
    const brought = repository === undefined ? undefined : await services.addRepository({ repository, ...confined });
    if (brought !== undefined) {
      const { project, created } = unwrap(brought);
      return { project: await viewProject(project), created };
    }
    if (path === undefined || !isAbsolute(path)) {
      throw orchError("usage", "the repository's folder is missing", {
        hint: "Give its absolute path, or a repository on GitHub as owner/repo.",
      });
    }
    const request = {
      path,
      ...(args.repo === undefined ? {} : { id: args.repo }),
      ...confined,
    };
    const { project, created } = unwrap(await services.addProject(request));
    return { project: await viewProject(project), created };
  },
  async "project list"(services) {
    return {
      projects: await Promise.all(services.projects.list().map((project) => viewProject(project))),
      broken: services.brokenProjects().map((one) => viewBroken(one)),
    };
  },
  async "project remove"(services, { target }) {
    const broken = services.brokenProjects().find(({ path, id }) => path === target || id === target);
    if (broken !== undefined) {
      return { project: broken.id ?? broken.path, ...(await services.removeProject(broken)) };
    }
    // A folder that is gone can't be looked at, but its project is known by its path.
    const gone = services.projects.list().find(({ source }) => source === target);
    const { id } = gone ?? (await needProject(services, { project: target }));
    return { project: id, ...(await services.removeProject(id)) };
  },
  stop(services) {
    services.shutdown();
    return Promise.resolve({ stopping: true });
  },
};

function modeIn(text: string): SandboxMode {
  const mode = sandboxModes.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw orchError("usage", `there is no sandbox ${JSON.stringify(text)}`, { hint: `Use ${sandboxModes.join(", ")}.` });
}

async function viewProject(project: ProjectSettings): Promise<CommandResults["project list"]["projects"][number]> {
  return {
    id: project.id,
    source: project.source,
    present: await exists(project.source),
    checks: project.checks.map((check) => check.name),
    agents: Object.keys(project.agents),
    sandbox: project.sandbox,
  };
}

function viewBroken({ path, id, error }: BrokenProject): CommandResults["project list"]["broken"][number] {
  return { path, id: id ?? null, error: errorBody(error) };
}

function valueAt(whole: Json, key: string): Json {
  let value: Json = whole;
  const known: string[] = [];
  for (const part of key.split(".")) {
    const child = childOf(value, part);
    if (child === undefined) throw noSuchKey(key, [...known, nearest(part, namesIn(value))]);
    known.push(part);
    value = child;
  }
  return value;
}

function noSuchKey(key: string, guess: readonly (string | undefined)[]): Error {
  const near = guess.includes(undefined) ? "" : `Did you mean ${guess.join(".")}? `;
  return orchError("usage", `there is no configuration key ${JSON.stringify(key)}`, {
    hint: `${near}See: orch config`,
  });
}

function namesIn(value: Json): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function childOf(value: Json, part: string): Json | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
  const [, child] = Object.entries<Json | undefined>(value).find(([name]) => name === part) ?? [];
  return child;
}
