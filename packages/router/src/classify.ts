import type { AgentName, Classifier, ClassifierSettings, Question, RoutingContext, Task } from "@orch/core";

import { classificationSchema, readClassification, type Classification } from "./classification.ts";

/** What came of asking: a choice, a failure, or nobody to ask. */
export type Classified =
  | {
      readonly kind: "answered";
      readonly agent: AgentName;
      readonly said: Classification;
      readonly question: Question;
    }
  | { readonly kind: "failed"; readonly question: Question }
  | { readonly kind: "unasked" };

/** Asks the classifier for a task, unless that has failed too often. Each outcome leaves a line in the log. */
export async function classify(
  task: Task,
  input: {
    readonly context: RoutingContext;
    readonly classifier: Classifier | undefined;
    readonly agents: readonly AgentName[];
    readonly log: string[];
  },
): Promise<Classified> {
  const { context, classifier, agents, log } = input;
  const settings = context.project.routing?.classifier;
  if (settings === undefined || agents.length === 0) return { kind: "unasked" };
  if (classifier === undefined || isWornOut(settings, { context, log })) return { kind: "unasked" };
  const skills = context.skills ?? [];
  const schema = classificationSchema(agents);
  const reply = await classifier({ task, project: context.project, settings, agents, skills, schema });
  const question: Question = { asked: settings, reply };
  if (reply.kind === "failed") {
    log.push(`classifier: ${nameOf(settings)} gave no usable answer: ${reply.why.slice(0, 300)}`);
    return { kind: "failed", question };
  }
  const said = readClassification(reply.value);
  const [first] = agents;
  const chosen = agents.find((agent) => agent === said.agent) ?? first;
  if (chosen === undefined) return { kind: "failed", question };
  const why = said.reason === "" ? "no reason given" : said.reason;
  log.push(
    chosen === said.agent
      ? `classifier: ${nameOf(settings)} chose ${chosen}: ${why}`
      : `classifier: ${nameOf(settings)} chose ${said.agent || "nobody"}, which is not to be had; ${chosen} comes first`,
  );
  return { kind: "answered", agent: chosen, said, question };
}

function isWornOut(
  settings: ClassifierSettings,
  { context, log }: { readonly context: RoutingContext; readonly log: string[] },
): boolean {
  const failed = context.failedClassifications ?? 0;
  if (failed < settings.maxAttempts) return false;
  log.push(`classifier: failed ${failed} times for this task, so it is not asked again`);
  return true;
}

function nameOf({ agent, model }: ClassifierSettings): string {
  return model === undefined ? agent : `${agent} (${model})`;
}
