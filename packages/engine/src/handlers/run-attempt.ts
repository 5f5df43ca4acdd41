import {
  asOrchError,
  noUsage,
  taskKey,
  verdictOf,
  type Attempt,
  type AttemptOutcome,
  type ProjectSettings,
  type Task,
} from "@orch/core";

import { healthAfter } from "../agent-health.ts";
import { restAfter } from "../cooldowns.ts";
import { measures } from "../measures.ts";
import { moveTask } from "../move-task.ts";
import { weighAttempt } from "../route-weights.ts";
import { settleDone, type HandlerContext } from "./context.ts";

type Running = Extract<Task, { status: "in_progress" }>;
type Finished = Extract<AttemptOutcome, { kind: "finished" }>;

/** Begins an attempt, or takes it up again after a crash, runs it to its end and records what it came to. */
export async function runAttempt(context: HandlerContext<"attempt:run">): Promise<void> {
  const task = await begin(context);
  if (task === undefined) return settleDone(context);
  const project = context.deps.projects.get(task.project);
  if (project === undefined)
    return finish(context, { task, outcome: gaveUp(task, "The project is not configured any more.") });
  const outcome = await runToEnd(context, { task, project });
  if (outcome.kind === "finished") return finish(context, { task, outcome });
}

/** The task in progress with this attempt; undefined: the effect is stale. */
async function begin(context: HandlerContext<"attempt:run">): Promise<Running | undefined> {
  const { deps, effect, lease } = context;
  const { attempt } = effect.attempt;
  const task = await deps.store.task(effect.attempt);
  if (task?.status === "in_progress") return task.attempt === attempt ? task : undefined;
  if (task?.status !== "routed" || task.version !== effect.round) return undefined;
  const project = deps.projects.get(task.project);
  const branch = task.branch ?? deps.branchFor(project?.branchTemplate ?? "", task);
  const moved = await moveTask(deps, {
    ref: effect.attempt,
    event: { type: "attempt:started", attempt, branch },
    key: `${taskKey(effect.attempt)} attempt ${attempt} started`,
    actor: "engine",
    holding: lease,
    writes: () => [{ kind: "attempt:put", attempt: freshAttempt(context, task) }],
  });
  return moved.kind === "moved" && moved.task.status === "in_progress" ? moved.task : undefined;
}

function freshAttempt(context: HandlerContext<"attempt:run">, task: Extract<Task, { status: "routed" }>): Attempt {
  const { assignment } = task;
  return {
    ...context.effect.attempt,
    assignment,
    phase: "queued",
    startedAt: context.deps.clock.now(),
    usage: noUsage,
  };
}

async function runToEnd(
  context: HandlerContext<"attempt:run">,
  input: { readonly task: Running; readonly project: ProjectSettings },
): Promise<AttemptOutcome> {
  const { deps, lease, signal } = context;
  const { task, project } = input;
  try {
    return await deps.runner.run({ task, project, token: lease, signal });
  } catch (error) {
    const typed = asOrchError(error);
    deps.logger.error({ task: taskKey(task), attempt: task.attempt, error: typed }, "an attempt broke down");
    await deps.runner.stop({ task, attempt: task.attempt, why: "the attempt broke down", resumable: true });
    const record = await deps.store.attempt({ ...task, attempt: task.attempt });
    return gaveUp(task, `${typed.code}: ${typed.message}`, record);
  }
}

function gaveUp(task: Running, detail: string, record?: Attempt): Finished {
  const { project, id, attempt, assignment } = task;
  const known = record ?? {
    project,
    id,
    attempt,
    assignment,
    phase: "queued",
    startedAt: task.updatedAt,
    usage: noUsage,
  };
  return {
    kind: "finished",
    attempt: known,
    verdict: verdictOf("infrastructure", detail),
    fingerprint: "infrastructure",
  };
}

async function finish(
  context: HandlerContext<"attempt:run">,
  input: { readonly task: Running; readonly outcome: Finished },
): Promise<void> {
  const { deps, effect, lease } = context;
  const { attempt, verdict, fingerprint, result } = input.outcome;
  const now = deps.clock.now();
  const record: Attempt = { ...attempt, phase: "finished", endedAt: now, verdict };
  const learnt = [
    ...(await weighAttempt(deps, { attempt: record, verdict })),
    ...(await restAfter(deps.store, { attempt: record, verdict, now })),
    ...(await healthAfter(deps.store, { attempt: record, verdict, now })),
  ];
  const moved = await moveTask(deps, {
    ref: effect.attempt,
    event: {
      type: "attempt:finished",
      attempt: effect.attempt.attempt,
      verdict,
      fingerprint,
      ...(result === undefined ? {} : { result }),
    },
    key: `${taskKey(effect.attempt)} attempt ${effect.attempt.attempt} finished`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: () => [{ kind: "attempt:put", attempt: record }, ...measures(record, now), ...learnt],
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
  // What broke down was only stopped; now that its end is recorded, nothing of it is needed any more.
  if (verdict.kind !== "pass" && verdict.reason === "infrastructure") {
    await deps.runner.stop({ task: input.task, attempt: effect.attempt.attempt, why: "the attempt has ended" });
  }
}
