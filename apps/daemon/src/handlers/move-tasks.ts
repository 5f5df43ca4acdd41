import type { Place } from "@orch/commands";
import {
  effectKey,
  isSettled,
  issueNumberOf,
  orchError,
  taskKey,
  unwrap,
  type Clock,
  type RequestedEvent,
  type Store,
  type Task,
} from "@orch/core";

import { findProject, needTask } from "./place.ts";
import type { ApiServices, Caller, Handlers } from "./services.ts";
import { viewTask } from "./views.ts";

const MERGE_WAIT_MS = 60_000;
const FORGE_WAIT_MS = 60_000;
const MANY = 10_000;

interface Wish {
  readonly event: RequestedEvent;
  readonly actor: string;
  readonly idempotencyKey?: string | undefined;
}

/** Moves tasks as people ask for. */
export const moveTaskHandlers: Handlers<
  | "task run"
  | "task retry"
  | "task unblock"
  | "task trust"
  | "task cancel"
  | "task interrupt"
  | "task kill"
  | "task publish"
> = {
  async "task run"(services, args, { actor }) {
    const task =
      args.task === undefined ? await firstRunnable(services, args) : await needTask(services, args.task, args);
    if (task.status === "new" || task.status === "in_progress") return { task: viewTask(task) };
    if (task.status === "routed" && task.notBefore === undefined) return { task: viewTask(task) };
    if (task.status === "blocked") {
      throw orchError("move_refused", `${task.id} waits for ${task.waitingFor.join(", ")}`, {
        hint: `To start it anyway: orch task unblock ${task.id}`,
      });
    }
    const event = { type: "task:retried", by: actor } as const;
    return { task: viewTask(await act(services, task, { event, actor, idempotencyKey: args.idempotencyKey })) };
  },
  "task retry": (services, args, caller) => {
    const note = args.note?.trim() ?? "";
    const event = { type: "task:retried", by: caller.actor, ...(note === "" ? {} : { note }) } as const;
    return move(services, event, { args, caller });
  },
  async "task unblock"(services, args, { actor }) {
    const tasks = args.task === "all" ? await allWaiting(services, args) : [await needTask(services, args.task, args)];
    const event = { type: "task:unblocked", by: actor } as const;
    if (args.task !== "all") {
      const [task] = await Promise.all(
        tasks.map((one) => act(services, one, { event, actor, idempotencyKey: args.idempotencyKey })),
      );
      return { tasks: task === undefined ? [] : [viewTask(task)], refused: [] };
    }
    return unblockAll(services, tasks, { event, actor });
  },
  "task trust": (services, args, caller) =>
    move(services, { type: "task:trusted", by: caller.actor, tier: args.tier ?? "reviewed" }, { args, caller }),
  "task cancel": (services, args, caller) =>
    move(
      services,
      { type: "task:cancelled", by: caller.actor, why: args.why ?? "cancelled by a person" },
      { args, caller },
    ),
  "task interrupt": (services, args, caller) =>
    move(services, { type: "attempt:interrupted", by: caller.actor }, { args, caller }),
  async "task kill"(services, args, { actor }) {
    const before = await needTask(services, args.task, args);
    const event = { type: "attempt:interrupted", by: actor } as const;
    const task = before.status === "in_progress" ? await act(services, before, { event, actor }) : before;
    const killed = await killSessions(services, task, actor);
    if (killed === 0 && before.status !== "in_progress") {
      throw orchError("session_unknown", `nothing of ${task.id} is running`, { hint: "See: orch task live" });
    }
    return { task: viewTask(task), killed };
  },
  async "task publish"(services, args, caller) {
    const asked = await needTask(services, args.task, args);
    const project = services.projects.get(asked.project);
    if (issueNumberOf(asked) !== undefined) return { task: viewTask(asked, project) };
    const { actor } = caller;
    const event = { type: "publish:requested", by: actor, labels: [...new Set(args.label)] } as const;
    const task = await act(services, asked, { event, actor, idempotencyKey: args.idempotencyKey });
    return { task: viewTask(await publishedTask(services, task, event), project) };
  },
};

async function move(
  services: ApiServices,
  event: RequestedEvent,
  call: {
    readonly args: Place & { readonly task: string; readonly idempotencyKey?: string | undefined };
    readonly caller: Caller;
  },
): Promise<{ readonly task: ReturnType<typeof viewTask> }> {
  const { args, caller } = call;
  const task = await needTask(services, args.task, args);
  const wish = { event, actor: caller.actor, idempotencyKey: args.idempotencyKey };
  return { task: viewTask(await act(services, task, wish)) };
}

/** Moves a task at a caller's wish. Throws the refusal. */
export async function act(services: ApiServices, task: Task, { event, actor, idempotencyKey }: Wish): Promise<Task> {
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  const { project, id } = task;
  return unwrap(await services.engine.act({ task: { project, id }, event, actor, ...key }));
}

async function firstRunnable(services: ApiServices, place: Place): Promise<Task> {
  const project = await findProject(services, place);
  const scope = project === undefined ? {} : { project: project.id };
  for (const status of ["routed", "new"] as const) {
    const found = await services.store.tasks({ ...scope, statuses: [status], limit: MANY });
    // The list is newest first; the task that has waited longest runs first.
    const oldest = found.toSorted(
      (left, right) => right.priority - left.priority || left.createdAt - right.createdAt,
    )[0];
    if (oldest !== undefined) return oldest;
  }
  throw orchError("task_unknown", "no runnable tasks found", { hint: 'Add one: orch task add "what you want"' });
}

async function allWaiting(services: ApiServices, place: Place): Promise<readonly Task[]> {
  const project = await findProject(services, place);
  const scope = project === undefined ? {} : { project: project.id };
  return services.store.tasks({ ...scope, statuses: ["blocked", "needs_review"], limit: MANY });
}

async function unblockAll(
  services: ApiServices,
  tasks: readonly Task[],
  wish: Wish,
): Promise<{ tasks: ReturnType<typeof viewTask>[]; refused: { task: string; message: string }[] }> {
  const moved: ReturnType<typeof viewTask>[] = [];
  const refused: { task: string; message: string }[] = [];
  for (const { project, id } of tasks) {
    const result = await services.engine.act({ task: { project, id }, event: wish.event, actor: wish.actor });
    if (result.ok) moved.push(viewTask(result.value));
    else refused.push({ task: taskKey({ project, id }), message: result.error.message });
  }
  return { tasks: moved, refused };
}

async function killSessions(services: ApiServices, task: Task, actor: string): Promise<number> {
  const live = (await services.sessions.list()).filter(
    ({ attempt }) => attempt.project === task.project && attempt.id === task.id,
  );
  await Promise.all(live.map(({ id }) => services.sessions.stop(id, { mode: "kill", why: `killed by ${actor}` })));
  return live.length;
}

/** The task once its merge has been tried, or as it is after a minute. */
export async function settledMerge(services: ApiServices, task: Task): Promise<Task> {
  const { store, clock } = services;
  const end = clock.monotonic() + MERGE_WAIT_MS;
  let current = task;
  while (current.status === "in_review" && clock.monotonic() < end) {
    await nextWake({ store, clock }, end - clock.monotonic());
    current = (await store.task({ project: task.project, id: task.id })) ?? current;
  }
  return current;
}

/** The task with its issue, or as it is after a minute: then it becomes one as soon as the forge can be reached. */
async function publishedTask(
  services: ApiServices,
  task: Task,
  { labels }: { readonly labels: readonly string[] },
): Promise<Task> {
  const { store, clock } = services;
  const { project, id } = task;
  const key = effectKey({ kind: "issue:open", task: { project, id }, labels, round: task.version });
  const end = clock.monotonic() + FORGE_WAIT_MS;
  let current = task;
  while (issueNumberOf(current) === undefined && !isSettled(current.status) && clock.monotonic() < end) {
    const [dead] = await store.jobs({ states: ["dead"], keys: [key], limit: 1 });
    if (dead !== undefined) {
      throw orchError("move_refused", `${id} could not become an issue: ${dead.error ?? "it was refused"}`, {
        hint: "The token has to be allowed to write issues; when it is, ask again.",
      });
    }
    await nextWake({ store, clock }, end - clock.monotonic());
    current = (await store.task({ project, id })) ?? current;
  }
  return current;
}

/** Resolves at the store's next event, and after a second at the latest, because wake-ups are only hints. */
async function nextWake(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  limitMs: number,
): Promise<void> {
  const woken = new AbortController();
  const unsubscribe = store.onWake((what) => {
    if (what === "events") woken.abort();
  });
  await clock.sleep(Math.min(1000, Math.max(limitMs, 0)), woken.signal);
  unsubscribe();
}
