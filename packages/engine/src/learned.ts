import {
  taskKey,
  type AgentName,
  type Clock,
  type DomainWrite,
  type LearnedCandidate,
  type LearnedChoice,
  type Store,
  type Task,
} from "@orch/core";

import type { RouteChoice } from "./exhausted.ts";

/** What is kept of a routing's learning, and how far a choice that was only looked on at was from the one that was made. */
export async function learnedWrites(
  deps: { readonly store: Pick<Store, "cursor">; readonly clock: Clock },
  { task, decision }: { readonly task: Task; readonly decision: RouteChoice },
): Promise<readonly DomainWrite[]> {
  const { learned } = decision;
  const name = learnedCursor(task);
  if (learned === undefined) {
    const isStale = ((await deps.store.cursor(name)) ?? null) !== null;
    return isStale ? [{ kind: "cursor:put", name, value: null }] : [];
  }
  const value = { ...learned, candidates: learned.candidates.map((candidate) => ({ ...candidate })) };
  return [{ kind: "cursor:put", name, value }, ...shadowed(decision, { task, now: deps.clock.now() })];
}

/** What learning made of a task's last routing; undefined: nothing. */
export async function readLearned(
  store: Pick<Store, "cursor">,
  task: Pick<Task, "project" | "id">,
): Promise<LearnedChoice | undefined> {
  const kept = await store.cursor(learnedCursor(task));
  return isLearned(kept) ? kept : undefined;
}

/**
 * The metric `route_shadow`: the reward that was to be expected of learning's own choice, less that of the choice that
 * was made.
 */
function shadowed(
  decision: RouteChoice,
  { task, now }: { readonly task: Task; readonly now: number },
): readonly DomainWrite[] {
  if (decision.kind === "nobody" || decision.learned?.mode !== "shadow") return [];
  const { candidates, agent } = decision.learned;
  const of = (name: AgentName): LearnedCandidate | undefined => candidates.find((one) => one.agent === name);
  const [own, made] = [of(agent), of(decision.assignment.agent)];
  if (own === undefined || made === undefined) return [];
  const value = own.mean - own.costTerm - (made.mean - made.costTerm);
  const dims = { project: task.project, agreed: own.agent === made.agent ? "yes" : "no" };
  return [{ kind: "metric:add", name: "route_shadow", dims, value, at: now }];
}

const FIGURES = ["tasks", "landed", "reworked", "lost", "mean", "low", "high", "costTerm", "share"];

/** Records of another version of orch are passed over. */
function isLearned(kept: unknown): kept is LearnedChoice {
  if (!isRecord(kept) || !Array.isArray(kept["candidates"])) return false;
  const texts = ["mode", "agent", "by", "complexity"];
  return texts.every((name) => typeof kept[name] === "string") && kept["candidates"].every(isCandidate);
}

function isCandidate(kept: unknown): boolean {
  return isRecord(kept) && typeof kept["agent"] === "string" && FIGURES.every((name) => typeof kept[name] === "number");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function learnedCursor(task: Pick<Task, "project" | "id">): string {
  return `router/learned/${taskKey(task)}`;
}
