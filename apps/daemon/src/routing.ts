import type { ProjectSettings, Store } from "@orch/core";
import { readWeights, type EngineDeps } from "@orch/engine";
import { weightNow } from "@orch/router";

/** How the router weighs the agents that are available to a project now. */
export async function weightsOf(
  deps: Pick<EngineDeps, "availableAgents" | "clock"> & { readonly store: Store },
  project: ProjectSettings,
): Promise<readonly { readonly agent: string; readonly weight: number }[]> {
  const available = await deps.availableAgents(project);
  const known = await readWeights(deps.store, available);
  const now = deps.clock.now();
  return available.map((agent) => ({ agent, weight: weightNow(known[agent], now) }));
}
