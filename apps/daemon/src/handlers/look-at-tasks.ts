import type { CommandResults, TaskView } from "@orch/api";
import type { Place } from "@orch/commands";
import {
  orchError,
  taskKey,
  taskNames,
  type Attempt,
  type PermissionRequest,
  type Task,
  type TaskFilter,
  type TaskKey,
} from "@orch/core";

import { findProject, needTask, projectOf, taskRefOf } from "./place.ts";
import type { ApiServices, Handlers } from "./services.ts";
import { asksOf, openAsks } from "./session-verbs.ts";
import { viewAttempt, viewEvent, viewTask, viewWholeTask } from "./views.ts";

const DIFF_BYTES = 4 * 1024 * 1024;
const FIRST_EVENTS = 200;
const MANY = 10_000;

/** Shows tasks. */
export const lookAtTaskHandlers: Handlers<
  "task list" | "task get" | "task digest" | "task diff" | "task status" | "task tree"
> = {
  async "task list"(services, args) {
    const scope = await scopeOf(services, args);
    const filter: TaskFilter = {
      ...scope,
      ...(args.status === undefined ? {} : { statuses: args.status }),
      ...(args.source === undefined ? {} : { source: args.source }),
      ...(args.parent === undefined ? {} : { parent: (await taskRefOf(services, args.parent, args)).id }),
      limit: args.limit ?? 100,
    };
    const tasks = await services.store.tasks(filter);
    const asks = await asksByTask(services, tasks);
    const view = (task: Task): TaskView => {
      const open = asks.get(taskKey(task));
      return { ...viewTask(task, services.projects.get(task.project)), ...(open === undefined ? {} : { asks: open }) };
    };
    return { project: scope.project ?? null, tasks: tasks.map(view) };
  },
  async "task get"(services, args) {
    const task = await needTask(services, args.task, args);
    const attempts = await services.store.attempts(task);
    const receipts = await Promise.all(attempts.map((attempt) => services.store.receipts(attempt)));
    const events = await services.store.events({ after: 0, limit: FIRST_EVENTS, task });
    return {
      task: viewWholeTask(task, services.projects.get(task.project)),
      attempts: attempts.map((attempt, index) => viewAttempt(attempt, receipts[index] ?? [])),
      events: events.map((stored) => viewEvent(stored)),
      asks: await asksOf(services, task),
      environment: await environmentOf(services, task),
    };
  },
  async "task digest"(services, args) {
    const task = await needTask(services, args.task, args);
    const attempt = args.attempt ?? task.lastAttempt;
    const digest = attempt === 0 ? undefined : await services.digest({ ...refOf(task), attempt });
    if (digest !== undefined) return { task: viewTask(task), attempt, digest };
    throw orchError("attempt_unknown", `${task.id} has no digest of attempt ${attempt}`, {
      hint: `Attempts that came to their end have one, not those that run or were stopped; see: orch task get ${task.id}`,
    });
  },
  async "task diff"(services, args) {
    const task = await needTask(services, args.task, args);
    const attempt = (await services.store.attempts(task)).findLast(hasChange);
    if (attempt === undefined) {
      throw orchError("attempt_unknown", `${task.id} has not changed anything yet`, {
        hint: `See how it stands: orch task get ${task.id}`,
      });
    }
    const { baseCommit: base, commit, diff: stat } = attempt;
    const project = projectOf(services, task);
    const text =
      args.stat === true ? "" : await services.workspace.diff({ project, base, commit, maxBytes: DIFF_BYTES });
    return { task: viewTask(task), base, commit, stat, diff: text, truncated: Buffer.byteLength(text) >= DIFF_BYTES };
  },
  async "task status"(services, args) {
    const { project } = await scopeOf(services, args);
    const counts = await services.store.taskCounts(project);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { counts: { ...counts }, total };
  },
  async "task tree"(services, args) {
    const root = args.task === undefined ? undefined : await needTask(services, args.task, args);
    const scope = root === undefined ? await scopeOf(services, args) : { project: root.project };
    const tasks = await services.store.tasks({ ...scope, limit: MANY });
    return { project: scope.project ?? null, tasks: treeOf(tasks.toReversed(), root) };
  },
};

/** What the agents of these tasks ask at this moment. */
async function asksByTask(
  services: ApiServices,
  tasks: readonly Task[],
): Promise<ReadonlyMap<TaskKey, readonly PermissionRequest[]>> {
  const working = new Map(
    tasks.flatMap((task) => (task.status === "in_progress" ? [[taskKey(task), task.attempt] as const] : [])),
  );
  if (working.size === 0) return new Map();
  const live = (await services.sessions.list()).filter(
    ({ purpose, attempt }) => purpose === "agent" && working.get(taskKey(attempt)) === attempt.attempt,
  );
  const asks = await openAsks(services, live);
  return new Map(
    live.flatMap(({ id, attempt }) => {
      const open = asks.get(id);
      return open === undefined ? [] : [[taskKey(attempt), open] as const];
    }),
  );
}

/** What a task has to itself outside its clone. */
async function environmentOf(
  { store }: ApiServices,
  task: Task,
): Promise<NonNullable<CommandResults["task get"]["environment"]>> {
  const [lease] = await store.portLeases(task);
  const ports = lease === undefined ? null : { first: lease.first, last: lease.first + lease.count - 1 };
  return { ports, ...taskNames(task) };
}

function refOf({ project, id }: Task): Pick<Task, "project" | "id"> {
  return { project, id };
}

type Changed = Attempt & Required<Pick<Attempt, "baseCommit" | "commit" | "diff">>;

function hasChange(attempt: Attempt): attempt is Changed {
  return attempt.baseCommit !== undefined && attempt.commit !== undefined && attempt.diff !== undefined;
}

/** The project to look at: none with `all`, and none when nothing says which. */
async function scopeOf(
  services: ApiServices,
  args: Place & { readonly all?: boolean | undefined },
): Promise<Pick<TaskFilter, "project">> {
  if (args.all === true) return {};
  const project = await findProject(services, args);
  return project === undefined ? {} : { project: project.id };
}

/** Tasks with their parts below them; a task whose parent is not listed is a root. */
function treeOf(tasks: readonly Task[], root: Task | undefined): CommandResults["task tree"]["tasks"] {
  const listed = new Set(tasks.map((task) => taskKey(task)));
  const parentOf = (task: Task): string | undefined => {
    if (task.parent === undefined) return undefined;
    const key = taskKey({ project: task.project, id: task.parent });
    return listed.has(key) ? key : undefined;
  };
  const parts = Map.groupBy(tasks, (task) => parentOf(task) ?? "");
  const rows: CommandResults["task tree"]["tasks"][number][] = [];
  const seen = new Set<string>();
  const waiting = (root === undefined ? (parts.get("") ?? []) : [root])
    .map((task) => ({ task, depth: 0 }))
    .toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { task, depth } = next;
    const key = taskKey(task);
    if (seen.has(key)) continue;
    seen.add(key);
    const why = task.status === "blocked" ? { waitingFor: task.waitingFor } : {};
    rows.push({ key, id: task.id, title: task.title, status: task.status, ...why, depth });
    waiting.push(...(parts.get(key) ?? []).map((part) => ({ task: part, depth: depth + 1 })).toReversed());
  }
  return rows;
}
