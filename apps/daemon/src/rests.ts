import type { Clock, Cooldown, Store } from "@orch/core";
import { readCooldowns, readHealth } from "@orch/engine";

import type { AgentView } from "./handlers/services.ts";

/** The agents with what their attempts told: times in which they are given no tasks, quota windows, last failures. */
export async function withRests(
  agents: readonly AgentView[],
  deps: { readonly store: Store; readonly clock: Clock },
): Promise<readonly AgentView[]> {
  const now = deps.clock.now();
  const cooldowns = await readCooldowns(
    deps.store,
    agents.map(({ name }) => name),
  );
  return Promise.all(
    agents.map(async (agent) => {
      const rests = cooldowns.filter((known) => known.agent === agent.name && known.until > now).map(viewRest);
      const { windows, failures } = await readHealth(deps.store, agent.name);
      // Of a window that has reset since, nothing is known any more.
      const current = windows.filter(({ resetsAt }) => resetsAt === undefined || resetsAt > now);
      return {
        ...agent,
        ...(rests.length === 0 ? {} : { rests }),
        ...(current.length === 0 ? {} : { quota: current }),
        ...(failures.length === 0 ? {} : { failures }),
      };
    }),
  );
}

function viewRest({ account, model, reason, until }: Cooldown): NonNullable<AgentView["rests"]>[number] {
  return {
    reason,
    until,
    ...(account === undefined ? {} : { account }),
    ...(model === undefined ? {} : { model }),
  };
}
