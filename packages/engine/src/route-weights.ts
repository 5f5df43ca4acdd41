import type {
  AgentName,
  Attempt,
  DomainWrite,
  Json,
  Reason,
  RouteSignal,
  RouteWeight,
  Store,
  Verdict,
} from "@orch/core";

import { changeCursor } from "./change-cursor.ts";
import type { EngineDeps } from "./deps.ts";

const LIMITS: ReadonlySet<Reason> = new Set(["rate_limited", "overloaded", "usage_limited"]);

/** The remembered weights of these agents. */
export async function readWeights(
  store: Pick<Store, "cursor">,
  agents: readonly AgentName[],
): Promise<Readonly<Record<string, RouteWeight>>> {
  const known = await Promise.all(
    agents.map(async (agent) => [agent, weightOf(await store.cursor(weightCursor(agent)))] as const),
  );
  return Object.fromEntries(known.flatMap(([agent, weight]) => (weight === undefined ? [] : [[agent, weight]])));
}

/** What an attempt's end teaches the router about its agent; nothing for ends that are not the agent's service. */
export async function weighAttempt(
  deps: Pick<EngineDeps, "store" | "router" | "clock">,
  { attempt, verdict }: { readonly attempt: Attempt; readonly verdict: Verdict },
): Promise<readonly DomainWrite[]> {
  const signal = signalOf(verdict);
  if (signal === undefined) return [];
  const name = weightCursor(attempt.assignment.agent);
  const now = deps.clock.now();
  const change = (kept: Json | undefined): Json => ({ ...deps.router.learn(weightOf(kept), { signal, now }) });
  return [await changeCursor(deps.store, { name, change })];
}

function signalOf(verdict: Verdict): RouteSignal | undefined {
  if (verdict.kind === "pass") return "success";
  return LIMITS.has(verdict.reason) ? "limited" : undefined;
}

function weightOf(stored: unknown): RouteWeight | undefined {
  if (typeof stored !== "object" || stored === null || !("weight" in stored) || !("at" in stored)) return undefined;
  const { weight, at } = stored;
  if (typeof weight !== "number" || typeof at !== "number") return undefined;
  const limitedAt = "limitedAt" in stored && typeof stored.limitedAt === "number" ? stored.limitedAt : undefined;
  return { weight, at, ...(limitedAt === undefined ? {} : { limitedAt }) };
}

function weightCursor(agent: AgentName): string {
  return `router/weight/${agent}`;
}
