import {
  err,
  internalTaskId,
  isInternalTask,
  ok,
  orchError,
  taskKey,
  type ActRequest,
  type CreateRequest,
  type DomainWrite,
  type OrchError,
  type Rejected,
  type Result,
  type Task,
  type TaskId,
  type TaskRef,
} from "@orch/core";

import { endRests } from "./cooldowns.ts";
import type { EngineDeps } from "./deps.ts";
import { movedBefore, moveTask, type Moved } from "./move-task.ts";

const MOST_DEPENDENCIES = 100;

/** Takes a new task in. See `Engine.create`. */
export async function create(deps: EngineDeps, request: CreateRequest): Promise<Result<Task, OrchError>> {
  const { project, spec, actor, found, notes } = request;
  if (deps.projects.get(project) === undefined) {
    const hint = "Register its repository: orch project add <path>, or orch init inside it.";
    return err(orchError("project_unknown", `the project ${project} is not known`, { hint }));
  }
  if (spec.title.trim() === "") return err(usage("a task needs a title", "Say what you want in a few words."));
  const problem = await dependencyProblem(deps, { project, id: spec.parent, ids: spec.dependsOn });
  if (problem !== undefined) return err(problem);
  const ref = { project, id: request.id ?? internalTaskId(await deps.store.nextTaskNumber(project)) };
  const wish = request.idempotencyKey;
  const key = wish === undefined ? `${taskKey(ref)} created` : wishKey(project, wish);
  const known = { ...(found === undefined ? {} : { found }), ...(notes === undefined ? {} : { notes }) };
  const event = { type: "task:created", spec, ...known } as const;
  return answer(deps, { ref, moved: await moveTask(deps, { ref, event, key, actor }) });
}

/** The task that a wish with this key has made; undefined: none yet. */
export async function madeBefore(
  deps: Pick<EngineDeps, "store" | "clock">,
  { project, idempotencyKey }: { readonly project: TaskRef["project"]; readonly idempotencyKey: string },
): Promise<TaskId | undefined> {
  const ref = { project, id: internalTaskId(1) };
  return (await movedBefore(deps, { ref, key: wishKey(project, idempotencyKey) }))?.id;
}

function wishKey(project: TaskRef["project"], wish: string): string {
  return `${project} wish ${wish}`;
}

/** Moves a task at somebody's wish. See `Engine.act`. */
export async function act(deps: EngineDeps, request: ActRequest): Promise<Result<Task, OrchError>> {
  const { task: ref, event, actor } = request;
  if (event.type === "dependencies:added") {
    const known = (await deps.store.task(ref))?.dependsOn ?? [];
    const problem = await dependencyProblem(deps, { ...ref, ids: [...new Set([...known, ...event.ids])] });
    if (problem !== undefined) return err(problem);
  }
  const wish = request.idempotencyKey ?? deps.random.token(16);
  const key = `${taskKey(ref)} ${event.type} ${wish}`;
  const again = ["task:retried", "task:reopened", "task:unblocked"].includes(event.type);
  const writes = async (): Promise<readonly DomainWrite[]> =>
    again ? endRests(deps.store, deps.projects.get(ref.project)) : [];
  return answer(deps, { ref, moved: await moveTask(deps, { ref, event, key, actor, writes }) });
}

async function answer(
  deps: EngineDeps,
  input: { readonly ref: TaskRef; readonly moved: Moved },
): Promise<Result<Task, OrchError>> {
  const { ref, moved } = input;
  if (moved.kind === "moved") return ok(moved.task);
  if (moved.kind === "rejected") return err(refusal(ref, moved.why));
  if (moved.kind === "fenced") return err(orchError("internal", "a wish holds no lease, yet it was fenced"));
  const task = await deps.store.task(moved.ref);
  return task === undefined ? err(unknownTask(moved.ref)) : ok(task);
}

function refusal(ref: TaskRef, why: Rejected): OrchError {
  if (why.code === "task_unknown") return unknownTask(ref);
  const details = { from: why.from, by: why.by };
  if (isTokenRefusal(why.code)) {
    return orchError(why.code, `${taskKey(ref)}: ${why.message}`, { hint: tokenHints[why.code], details });
  }
  return orchError("move_refused", `${taskKey(ref)}: ${why.message}`, { hint: hintFor(why), details });
}

const tokenHints = {
  token_wrong: "Give the whole token, of this task; a new one: orch task request-pr.",
  token_used: "Look how the task is: orch task get. A new token: orch task request-pr.",
  token_expired:
    "Look at the result again and ask for a new token (orch task request-pr), or approve it all the same: --allow-expired.",
  token_moved: "Look at the result as it is now (orch task diff), then ask for a new token: orch task request-pr.",
} as const satisfies Partial<Record<Rejected["code"], string>>;

function isTokenRefusal(code: Rejected["code"]): code is keyof typeof tokenHints {
  return Object.hasOwn(tokenHints, code);
}

function hintFor(why: Rejected): string {
  if (why.from === "done") return "It is done; add a new task for what is missing.";
  if (why.from === "in_progress") return "Stop it first: orch task kill, or wait until it ends.";
  if (why.from === "blocked")
    return "It waits for other tasks: orch task tree shows them, orch task unblock goes on without them.";
  if (why.by === "merge:requested")
    return "Only a task with a checked branch can be merged; orch task get shows where it is.";
  return "orch task get shows where it is.";
}

function unknownTask(ref: TaskRef): OrchError {
  return orchError("task_unknown", `there is no task ${taskKey(ref)}`, { hint: "orch task list shows all tasks." });
}

function usage(message: string, hint: string): OrchError {
  return orchError("usage", message, { hint });
}

interface Waits {
  readonly project: TaskRef["project"];
  /** The task that is going to wait, directly or for its new child; absent for a new task without a parent. */
  readonly id: TaskId | undefined;
  readonly ids: readonly TaskId[];
}

function isForeign(deps: EngineDeps, { project, id }: TaskRef): boolean {
  return !isInternalTask(id) && deps.projects.get(project)?.forge !== undefined;
}

/** Why a task can't wait for these: unknown ones, too many, or a circle. */
async function dependencyProblem(deps: EngineDeps, waits: Waits): Promise<OrchError | undefined> {
  if (waits.ids.length > MOST_DEPENDENCIES) {
    return usage(`a task can wait for ${MOST_DEPENDENCIES} others at most`, "Group them under a parent task.");
  }
  const waiting = waits.id === undefined ? undefined : await deps.store.task({ project: waits.project, id: waits.id });
  if (waits.id !== undefined && waiting === undefined) return unknownTask({ project: waits.project, id: waits.id });
  const seen = new Set<TaskId>();
  const open = [...waits.ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === waits.id) return usage(`${id} would wait for itself`, "orch task tree shows who waits for whom.");
    if (seen.has(id)) continue;
    seen.add(id);
    const task = await deps.store.task({ project: waits.project, id });
    // On a forge a number may be an issue or a pull request of others.
    if (task === undefined && !isForeign(deps, { project: waits.project, id }))
      return unknownTask({ project: waits.project, id });
    open.push(...(task?.dependsOn ?? []));
  }
  return undefined;
}
