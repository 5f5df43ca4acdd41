import {
  advance,
  defaultPolicy,
  effectKey,
  effectTask,
  orchError,
  queueOf,
  taskKey,
  type DomainWrite,
  type NewJob,
  type PlannedEffect,
  type Rejected,
  type Settlement,
  type Step,
  type Task,
  type TaskEvent,
  type TaskRef,
  type Token,
} from "@orch/core";

import { TRIES } from "./change-cursor.ts";
import type { EngineDeps } from "./deps.ts";

const IMPOSSIBLE_VERSION = -1;

/** A wish to move a task by an event, with everything that must happen in the same transaction. */
export interface MoveRequest {
  readonly ref: TaskRef;
  readonly event: TaskEvent;
  /** The event's idempotency key. */
  readonly key: string;
  readonly actor: string;
  readonly holding?: Token;
  readonly settle?: Settlement;
  /** Asked again for each try: what they read is read anew, where a `was` of theirs did not hold. */
  readonly writes?: (task: Task) => readonly DomainWrite[] | Promise<readonly DomainWrite[]>;
}

/** What became of the wish. */
export type Moved =
  | { readonly kind: "moved"; readonly task: Task }
  /** The same event was there before; `ref` is the task that it moved. */
  | { readonly kind: "repeated"; readonly ref: TaskRef }
  | { readonly kind: "rejected"; readonly why: Rejected }
  | { readonly kind: "fenced" };

/**
 * The engine's only way to change a task: reads it, asks `advance`, commits state, event and effects in one unit.
 * Starts over when somebody else was quicker. Throws `conflict` after 20 such losses, and what the store throws.
 */
export async function moveTask(deps: EngineDeps, request: MoveRequest): Promise<Moved> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const task = await deps.store.task(request.ref);
    const now = deps.clock.now();
    const policy = deps.projects.get(request.ref.project)?.policy ?? defaultPolicy;
    const step = advance(task, { ref: request.ref, event: request.event, policy, now, jitter: deps.random.next() });
    if (!step.ok) return rejected(deps, { request, why: step.error });
    const outcome = await commitStep(deps, { request, step: step.value, version: task?.version ?? 0, now });
    if (outcome === "again") continue;
    if (outcome.kind === "moved" && outcome.task.status !== task?.status) tell(deps, { request, task: outcome.task });
    return outcome;
  }
  throw orchError("conflict", `the task ${taskKey(request.ref)} changed ${TRIES} times in a row`);
}

/** Each change of a task's status is a line of the log, so that whoever watches the daemon sees it work. */
function tell(deps: EngineDeps, { request, task }: { readonly request: MoveRequest; readonly task: Task }): void {
  const { event, actor } = request;
  const why = task.status === "needs_review" ? { reason: task.reason } : {};
  const agent = task.status === "routed" || task.status === "in_progress" ? { agent: task.assignment.agent } : {};
  deps.logger.info({ task: taskKey(task), event: event.type, ...agent, ...why, actor }, `is ${task.status}`);
}

/**
 * The task that an event with this key moved; undefined: none did. The store looks at event keys before versions, so a
 * unit that can't apply tells.
 */
export async function movedBefore(
  deps: Pick<EngineDeps, "store" | "clock">,
  { ref, key }: Pick<MoveRequest, "ref" | "key">,
): Promise<TaskRef | undefined> {
  const event = { type: "task:retried", by: "engine" } as const;
  const probe = await deps.store.commit({
    expect: { task: ref, version: IMPOSSIBLE_VERSION },
    events: [{ ...ref, key, at: deps.clock.now(), actor: "engine", event, status: "new" }],
  });
  return "of" in probe ? { project: probe.of.project, id: probe.of.id } : undefined;
}

/** A move that is refused now may have been made before, by a caller that never got the answer. */
async function rejected(
  deps: EngineDeps,
  input: { readonly request: MoveRequest; readonly why: Rejected },
): Promise<Moved> {
  const before = await movedBefore(deps, input.request);
  return before === undefined ? { kind: "rejected", why: input.why } : { kind: "repeated", ref: before };
}

async function commitStep(
  deps: EngineDeps,
  input: { readonly request: MoveRequest; readonly step: Step; readonly version: number; readonly now: number },
): Promise<Moved | "again"> {
  const { request, step, version, now } = input;
  const { ref, event, key, actor } = request;
  const result = await deps.store.commit({
    expect: { task: ref, version },
    ...(request.holding === undefined ? {} : { holding: request.holding }),
    ...(request.settle === undefined ? {} : { settle: request.settle }),
    events: [{ ...ref, key, at: now, actor, event, status: step.task.status }],
    writes: [{ kind: "task:put", task: step.task }, ...((await request.writes?.(step.task)) ?? [])],
    enqueue: step.effects.map(jobOf),
  });
  if (result.ok) return { kind: "moved", task: step.task };
  if ("of" in result) return { kind: "repeated", ref: { project: result.of.project, id: result.of.id } };
  return result.why === "conflict" ? "again" : { kind: "fenced" };
}

/** The job of an effect that follows. */
export function jobOf(planned: PlannedEffect): NewJob {
  const { effect } = planned;
  const queue = queueOf(effect);
  const ref = effectTask(effect);
  const agent = effect.kind === "attempt:run" ? { agent: effect.agent } : {};
  return {
    queue,
    key: effectKey(effect),
    // An agent may take a while to show that it heard; nothing else of its task waits for that.
    exclusive: effect.kind === "notes:tell" ? `${taskKey(ref)} notes` : taskKey(ref),
    dims: { queue, project: ref.project, ...agent },
    priority: planned.priority,
    notBefore: planned.notBefore ?? 0,
    effect,
  };
}
