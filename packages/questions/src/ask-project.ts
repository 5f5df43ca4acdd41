import { parseAgentName, settingsOfAccount, type Classifier, type EvidenceJudge, type TextReply } from "@orch/core";
import { renderEvidence, renderRoute } from "@orch/prompts";
import { confineProject } from "@orch/security";

import { createAgentModel } from "./ask-agent.ts";
import type { AskDeps } from "./deps.ts";

const FENCE_BYTES = 16;

/** A classifier for the router: the configured agent's program answers. */
export function createClassifier(deps: AskDeps): Classifier {
  return async (request) => {
    const { task, project, settings, schema } = request;
    const prompt = renderRoute(request, { fence: deps.random.token(FENCE_BYTES) });
    return askProgram(deps, { task, project, settings, prompt, schema, signal: new AbortController().signal });
  };
}

/** The same program, asked whether a change may pass without checks. */
export function createEvidenceJudge(deps: AskDeps): EvidenceJudge {
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
  const { task, settings, prompt, schema, signal } = question;
  // The words of a stranger confine whoever is asked about them, as they confine whoever works on them.
  const project = confineProject(question.project, task);
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
