import {
  parseAgentName,
  settingsOfAccount,
  type Classifier,
  type ProjectSettings,
  type Random,
  type Store,
} from "@orch/core";
import { readWeights, type EngineDeps } from "@orch/engine";
import { renderRoute } from "@orch/prompts";
import { createAgentModel, type AskDeps } from "@orch/questions";
import { weightNow } from "@orch/router";

const FENCE_BYTES = 16;

/** Asks the configured agent's program to classify tasks, with the router's prompt. */
export function createClassifier(deps: AskDeps & { readonly random: Random }): Classifier {
  return async (request) => {
    const { task, project, settings, schema } = request;
    const agent = parseAgentName(settings.agent);
    const configured = agent.ok ? project.agents[agent.value] : undefined;
    const program = configured === undefined ? undefined : settingsOfAccount(configured, settings.account);
    if (!agent.ok || program === undefined) return { kind: "failed", why: `${settings.agent} is not configured` };
    const prompt = renderRoute(request, { fence: deps.random.token(FENCE_BYTES) });
    const model = createAgentModel(deps, {
      task,
      project,
      agent: agent.value,
      settings: program,
      ...(settings.model === undefined ? {} : { model: settings.model }),
    });
    return model.ask({ prompt, schema, timeoutMs: settings.timeoutMs, signal: new AbortController().signal });
  };
}

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
