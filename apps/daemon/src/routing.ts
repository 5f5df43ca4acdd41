import {
  parseAgentName,
  settingsOfAccount,
  type Classifier,
  type EvidenceJudge,
  type ProjectSettings,
  type Random,
  type Store,
  type TextReply,
} from "@orch/core";
import { readWeights, type EngineDeps } from "@orch/engine";
import { renderEvidence, renderRoute } from "@orch/prompts";
import { createAgentModel, type AskDeps } from "@orch/questions";
import { weightNow } from "@orch/router";

const FENCE_BYTES = 16;

type Asking = AskDeps & { readonly random: Random };

/** Asks the configured agent's program to classify tasks, with the router's prompt. */
export function createClassifier(deps: Asking): Classifier {
  return async (request) => {
    const { task, project, settings, schema } = request;
    const prompt = renderRoute(request, { fence: deps.random.token(FENCE_BYTES) });
    return askProgram(deps, { task, project, settings, prompt, schema, signal: new AbortController().signal });
  };
}

/** Asks the same program whether a change may pass without checks. */
export function createEvidenceJudge(deps: Asking): EvidenceJudge {
  return async (request) => {
    const { task, project, schema, signal } = request;
    const settings = project.routing?.classifier;
    if (settings === undefined) return { kind: "failed", why: "router.mode is not llm, so nobody can be asked" };
    const prompt = renderEvidence(request, { fence: deps.random.token(FENCE_BYTES) });
    return askProgram(deps, { task, project, settings, prompt, schema, signal });
  };
}

async function askProgram(
  deps: AskDeps,
  question: Pick<Parameters<Classifier>[0], "task" | "project" | "settings" | "schema"> & {
    readonly prompt: string;
    readonly signal: AbortSignal;
  },
): Promise<TextReply> {
  const { task, project, settings, prompt, schema, signal } = question;
  const agent = parseAgentName(settings.agent);
  const configured = agent.ok ? project.agents[agent.value] : undefined;
  const program = configured === undefined ? undefined : settingsOfAccount(configured, settings.account);
  if (!agent.ok || program === undefined) return { kind: "failed", why: `${settings.agent} is not configured` };
  const model = createAgentModel(deps, {
    task,
    project,
    agent: agent.value,
    settings: program,
    ...(settings.model === undefined ? {} : { model: settings.model }),
  });
  return model.ask({ prompt, schema, timeoutMs: settings.timeoutMs, signal });
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
