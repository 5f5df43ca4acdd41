import type { Clock, Store } from "@orch/core";
import { readCooldowns } from "@orch/engine";

import type { AgentView } from "./handlers/services.ts";

/** The agents with the times in which they are given no tasks. */
export async function withRests(
  agents: readonly AgentView[],
  deps: { readonly store: Store; readonly clock: Clock },
): Promise<readonly AgentView[]> {
  const cooldowns = await readCooldowns(
    deps.store,
    agents.map(({ name }) => name),
  );
  const now = deps.clock.now();
  return agents.map((agent) => {
    const rests = cooldowns
      .filter((known) => known.agent === agent.name && known.until > now)
      .map(({ account, model, reason, until }) => ({
        reason,
        until,
        ...(account === undefined ? {} : { account }),
        ...(model === undefined ? {} : { model }),
      }));
    return rests.length === 0 ? agent : { ...agent, rests };
  });
}
