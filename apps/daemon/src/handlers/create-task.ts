import { splitWords, type ArgumentsOf, type VerbNamed } from "@orch/commands";
import {
  defaultLabelNames,
  orchError,
  parseAgentName,
  parseBranchName,
  parseTaskId,
  parseTaskRef,
  unwrap,
  type AgentName,
  type CheckSpec,
  type TaskId,
  type TaskPins,
  type TaskSpec,
} from "@orch/core";

import { needProject, type KnownProject } from "./place.ts";
import type { ApiServices, Handlers } from "./services.ts";
import { viewWholeTask } from "./views.ts";

type NewTask = ArgumentsOf<VerbNamed<"task add">>;

const CHECK_TIMEOUT_MS = 600_000;
const LONGEST_ANCESTRY = 1000;

/** Adds tasks. */
export const createTaskHandlers: Handlers<"task add"> = {
  async "task add"(services, args, { actor }) {
    const project = await needProject(services, args);
    const spec = await specOf(services, project, args);
    const created = await services.engine.create({
      project: project.id,
      spec,
      actor,
      ...(args.idempotencyKey === undefined ? {} : { idempotencyKey: args.idempotencyKey }),
    });
    return { task: viewWholeTask(unwrap(created)) };
  },
};

async function specOf(services: ApiServices, project: KnownProject, args: NewTask): Promise<TaskSpec> {
  const dependsOn = [...new Set((args.after ?? []).map((text) => siblingId(project, text)))];
  const parent = args.parent === undefined ? undefined : siblingId(project, args.parent);
  const above = parent === undefined ? undefined : await services.store.task({ project: project.id, id: parent });
  const trust = args.trust ?? above?.trust;
  for (const id of dependsOn) await mustExist(services, project, id);
  if (parent !== undefined) await checkParent(services, project, { parent, dependsOn });
  return {
    title: args.title.replaceAll(/\s+/g, " ").trim(),
    body: args.body ?? "",
    labels: [...new Set(args.label)],
    source: { kind: args.source ?? "cli" },
    pins: pinsOf(project, args),
    priority: args.priority ?? 0,
    dependsOn,
    checks: checksOf(project, args.check ?? []),
    ...planOf(project, args),
    ...(parent === undefined ? {} : { parent }),
    ...(trust === undefined ? {} : { trust }),
    ...(args.base === undefined ? {} : { base: unwrap(parseBranchName(args.base)) }),
  };
}

/** The label that has an issue divided does the same to a task that begins here (seed row A122). */
function planOf({ settings }: KnownProject, { label = [] }: NewTask): Pick<TaskSpec, "plan"> {
  const { plan } = settings.forge?.labels.names ?? defaultLabelNames;
  return label.includes(plan) ? { plan: true } : {};
}

function pinsOf(project: KnownProject, args: NewTask): TaskPins {
  const { model, complexity } = args;
  return {
    ...(args.agent === undefined ? {} : { agent: knownAgent(project, args.agent) }),
    ...(model === undefined ? {} : { model }),
    ...(complexity === undefined ? {} : { complexity }),
  };
}

function knownAgent(project: KnownProject, text: string): AgentName {
  const name = unwrap(parseAgentName(text));
  const known = Object.keys(project.settings.agents);
  if (known.includes(name)) return name;
  const hint = known.length === 0 ? "See: orch agents" : `Configured are: ${known.join(", ")}.`;
  throw orchError("agent_unknown", `there is no agent ${JSON.stringify(text)}`, { hint });
}

function checksOf(project: KnownProject, lines: readonly string[]): readonly CheckSpec[] {
  const taken = new Set(project.settings.checks.map((check) => check.name));
  return lines.map((line) => {
    const run = unwrap(splitWords(line));
    const name = freeName(run, taken);
    taken.add(name);
    return { name, run, timeoutMs: CHECK_TIMEOUT_MS };
  });
}

/** A short name that no other check has: `npm-test`, then `npm-test-2`. */
function freeName(run: readonly string[], taken: ReadonlySet<string>): string {
  const words = run
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  const base = words.replaceAll(/^-+/g, "").slice(0, 32).replaceAll(/-+$/g, "") || "check";
  for (let number = 2, name = base; ; number += 1) {
    if (!taken.has(name)) return name;
    name = `${base}-${number}`;
  }
}

function siblingId(project: KnownProject, text: string): TaskId {
  if (!text.includes("/")) return unwrap(parseTaskId(text));
  const ref = unwrap(parseTaskRef(text));
  if (ref.project === project.id) return ref.id;
  throw orchError("usage", `${text} is a task of another project`, {
    hint: "A task can depend only on tasks of its own project.",
  });
}

async function mustExist(services: ApiServices, project: KnownProject, id: TaskId): Promise<void> {
  if ((await services.store.task({ project: project.id, id })) !== undefined) return;
  throw orchError("task_unknown", `there is no task ${id} in ${project.id}`, { hint: "See: orch task list" });
}

/** A parent waits for its parts, so a part that waits for the parent, or for anything above it, would never start. */
async function checkParent(
  services: ApiServices,
  project: KnownProject,
  { parent, dependsOn }: { readonly parent: TaskId; readonly dependsOn: readonly TaskId[] },
): Promise<void> {
  await mustExist(services, project, parent);
  let above: TaskId | undefined = parent;
  for (let level = 0; above !== undefined && level < LONGEST_ANCESTRY; level += 1) {
    if (dependsOn.includes(above)) {
      throw orchError("usage", `the new task would wait for ${above}, which waits for its parts: a cycle`, {
        hint: `Leave out --after ${above}, or --parent ${parent}.`,
      });
    }
    above = (await services.store.task({ project: project.id, id: above }))?.parent;
  }
}
