import type { AgentName, RouteSignal, RouteWeight, RoutingContext } from "@orch/core";

// The seeds' figures (A42): what a limit costs, and how it heals.
const FULL = 1;
const LEAST = 0.05;
const LIMIT_FACTOR = 0.3;
const STEP = 0.1;
/** Healing begins so long after the last limit. */
const REST_MS = 60_000;
/** And then goes on by one step in this time. */
const HEAL_MS = 10_000;

/** What an agent weighs now: since its last limit it heals step by step, without anything having to run. */
export function weightNow(known: RouteWeight | undefined, now: number): number {
  if (known === undefined) return FULL;
  const healsFrom = Math.max(known.at, (known.limitedAt ?? Number.NEGATIVE_INFINITY) + REST_MS);
  const steps = Math.max(0, Math.floor((now - healsFrom) / HEAL_MS));
  return clamp(known.weight + STEP * steps);
}

/** The weight after a signal: a limit takes seven tenths, a success gives one step. */
export function learnedWeight(
  before: RouteWeight | undefined,
  told: { readonly signal: RouteSignal; readonly now: number },
): RouteWeight {
  const { signal, now } = told;
  const weight = weightNow(before, now);
  if (signal === "limited") return { weight: clamp(weight * LIMIT_FACTOR), at: now, limitedAt: now };
  const limitedAt = before?.limitedAt === undefined ? {} : { limitedAt: before.limitedAt };
  return { weight: clamp(weight + STEP), at: now, ...limitedAt };
}

/** Chooses by weight: an agent that weighs twice as much is chosen twice as often. */
export function pickByWeight(
  agents: readonly AgentName[],
  { context, log }: { readonly context: RoutingContext; readonly log: string[] },
): AgentName | undefined {
  const weighed = agents.map((agent) => ({ agent, weight: weightOf(agent, context) }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  let rest = (context.chance ?? 0) * total;
  const chosen = weighed.find(({ weight }) => (rest -= weight) < 0) ?? weighed.at(-1);
  if (chosen === undefined) return undefined;
  const shares = weighed.map(({ agent, weight }) => `${agent} ${weight.toFixed(2)}`).join(", ");
  log.push(`weights: ${shares}; chosen: ${chosen.agent}`);
  return chosen.agent;
}

function weightOf(agent: AgentName, { weights = {}, now }: RoutingContext): number {
  const known = Object.hasOwn(weights, agent) ? weights[agent] : undefined;
  return weightNow(known, now ?? known?.at ?? 0);
}

function clamp(weight: number): number {
  return Math.min(FULL, Math.max(LEAST, weight));
}
