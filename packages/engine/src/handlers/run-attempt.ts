import {
  asOrchError,
  attemptFinished,
  noUsage,
  taskKey,
  verdictOf,
  type Attempt,
  type AttemptOutcome,
  type DomainWrite,
  type ProjectSettings,
  type Task,
  type Verdict,
} from "@orch/core";

import { healthAfter } from "../agent-health.ts";
import { restAfter } from "../cooldowns.ts";
import type { EngineDeps } from "../deps.ts";
import { measures } from "../measures.ts";
import { moveTask } from "../move-task.ts";
import { weighAttempt } from "../route-weights.ts";
import { settleDone, type HandlerContext } from "./context.ts";

const WAITS: ReadonlySet<string> = new Set([
  "forge_unauthorized",
  "forge_replaced",
  "forge_unreachable",
  "forge_limited",
]);

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
  // One that was planned before the task moved on has the same number, and is not the one that runs.
  if (task?.status === "in_progress")
    return task.attempt === attempt && (task.round ?? effect.round) === effect.round ? task : undefined;
  if (task?.status !== "routed" || task.version !== effect.round) return undefined;
  const project = deps.projects.get(task.project);
  const branch = task.branch ?? deps.branchFor(project?.branchTemplate ?? "", task);
  const fresh = await freshAttempt(context, task);
  const moved = await moveTask(deps, {
    ref: effect.attempt,
    event: { type: "attempt:started", attempt, branch, round: effect.round },
    key: `${taskKey(effect.attempt)} attempt ${attempt} started`,
    actor: "engine",
    holding: lease,
    writes: () => [{ kind: "attempt:put", attempt: fresh }],
  });
  return moved.kind === "moved" && moved.task.status === "in_progress" ? moved.task : undefined;
}

/** What brings a result up to date tells of the work that it is about; it used nothing itself. */
async function freshAttempt(
  { deps, effect }: HandlerContext<"attempt:run">,
  task: Extract<Task, { status: "routed" }>,
): Promise<Attempt> {
  const { assignment, update } = task;
  const fresh: Attempt = {
    ...effect.attempt,
    assignment,
    phase: "queued",
    startedAt: deps.clock.now(),
    usage: noUsage,
  };
  if (update === undefined) return fresh;
  const before = await deps.store.attempt({ ...effect.attempt, attempt: update.attempt });
  const { report, activity, semantic } = before ?? {};
  return {
    ...fresh,
    updates: update.attempt,
    ...(report === undefined ? {} : { report }),
    ...(activity === undefined ? {} : { activity }),
    ...(semantic === undefined ? {} : { semantic }),
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
    // Where the forge lets nobody in, the same attempt goes on later from where it is: nothing that was done is lost.
    if (WAITS.has(typed.code)) throw typed;
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
  const { attempt, verdict } = input.outcome;
  const now = deps.clock.now();
  const record: Attempt = { ...attempt, phase: "finished", endedAt: now, verdict };
  const moved = await moveTask(deps, {
    ref: effect.attempt,
    event: attemptFinished(record, input.outcome),
    key: `${taskKey(effect.attempt)} attempt ${effect.attempt.attempt} finished`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: async () => [
      { kind: "attempt:put", attempt: record },
      ...(await learntFrom(deps, { attempt: record, verdict, now })),
    ],
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
  // What broke down was only stopped; now that its end is recorded, nothing of it is needed any more.
  if (verdict.kind !== "pass" && verdict.reason === "infrastructure") {
    await deps.runner.stop({ task: input.task, attempt: effect.attempt.attempt, why: "the attempt has ended" });
  }
}

/** What an attempt took, and what it says about its agent; one that no agent worked on says nothing. */
async function learntFrom(
  deps: EngineDeps,
  ended: { readonly attempt: Attempt; readonly verdict: Verdict; readonly now: number },
): Promise<readonly DomainWrite[]> {
  if (ended.attempt.updates !== undefined) return [];
  return [
    ...measures(ended.attempt, ended.now),
    ...(await weighAttempt(deps, ended)),
    ...(await restAfter(deps.store, ended)),
    ...(await healthAfter(deps.store, ended)),
  ];
}
