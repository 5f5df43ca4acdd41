import {
  kindOfTask,
  tierOfSize,
  type AgentName,
  type Assignment,
  type Classifier,
  type Complexity,
  type LearnedChoice,
  type RouteDecision,
  type Router,
  type RoutingContext,
  type Task,
} from "@orch/core";

import type { Classification } from "./classification.ts";
import { classify, type Classified } from "./classify.ts";
import { learnChoice } from "./learn-choice.ts";
import { learnedLine } from "./learned-line.ts";
import { modelFor } from "./model-for.ts";
import { readPins, type Pins } from "./pins.ts";
import { candidates, nextInTurn, takingPart } from "./round-robin.ts";
import { oddities } from "./sanity.ts";
import { learnedWeight, pickByWeight } from "./weights.ts";

/**
 * The router, by the seeds' order (row A40): pins; what tasks came to, where it learns from that; weights, where they are
 * on; a classifier, where one is configured; turns. The model comes from the task, the model map or the agent's own settings. Every rule that had a say left a
 * line in the decision's log.
 */
export function createRouter(options: { readonly classifier?: Classifier } = {}): Router {
  return {
    route: (task, context) => decide(task, { context, classifier: options.classifier }),
    learn: learnedWeight,
  };
}

interface Means {
  readonly context: RoutingContext;
  readonly classifier: Classifier | undefined;
}

interface Choice extends Means {
  readonly pins: Pins;
  readonly log: string[];
}

async function decide(task: Task, means: Means): Promise<RouteDecision> {
  const pins = readPins(task);
  const choice = { ...means, pins, log: [...pins.log] };
  if (pins.agent.kind !== "none") return takePinned(task, choice);
  const ordered = { ...choice, order: takingPart(means.context, choice.log) };
  const { weighted = false, learning } = means.context.project.routing ?? {};
  if (weighted && learning?.mode !== "on") return withShadow(task, { ordered, decision: takeWeighted(task, ordered) });
  const agents = candidates(ordered.order, task.avoid);
  const classified = await classify(task, { ...means, agents, log: choice.log });
  const decision = takeLearned(task, { ...ordered, classified }) ?? takeUnlearned(task, { ...ordered, classified });
  if (classified.kind === "unasked") return decision;
  return { ...decision, classification: classified.kind, question: classified.question };
}

/** Whom the evidence chooses; the classifier still says what the task is like. Undefined: it decides nothing here. */
function takeLearned(task: Task, choice: Ordered & { readonly classified: Classified }): RouteDecision | undefined {
  if (choice.context.project.routing?.learning?.mode !== "on") return undefined;
  const said = choice.classified.kind === "answered" ? { said: choice.classified.said } : {};
  const learned = learn(task, { ...choice, complexity: complexityOf(task, { ...choice, ...said }).complexity });
  if (learned === undefined) return undefined;
  const why = learnedLine(learned);
  const decision = assigned(task, { ...choice, ...said, agent: learned.agent, why, log: [...choice.log, why] });
  return { ...decision, learned };
}

function takeUnlearned(task: Task, choice: Ordered & { readonly classified: Classified }): RouteDecision {
  const isWeighted = choice.context.project.routing?.weighted === true;
  const decision = isWeighted ? takeWeighted(task, choice) : takeClassified(task, choice);
  return withShadow(task, { ordered: choice, decision });
}

/** The decision with what learning would have chosen, where it looks on. */
function withShadow(
  task: Task,
  { ordered, decision }: { readonly ordered: Ordered; readonly decision: RouteDecision },
): RouteDecision {
  if (ordered.context.project.routing?.learning?.mode !== "shadow" || decision.kind !== "assigned") return decision;
  const learned = learn(task, { ...ordered, complexity: decision.assignment.complexity });
  return learned === undefined ? decision : { ...decision, learned, log: [...decision.log, learnedLine(learned)] };
}

function learn(task: Task, choice: Ordered & { readonly complexity: Complexity }): LearnedChoice | undefined {
  const { context, complexity, order } = choice;
  const settings = context.project.routing?.learning;
  if (settings === undefined) return undefined;
  const kind = kindOfTask(task);
  const about = { project: context.project.id, complexity, ...(kind === undefined ? {} : { kind }) };
  const arms = candidates(order, task.avoid).map((agent) => {
    const { model } = modelFor(task, { agent, context, complexity });
    return { agent, ...(model === undefined ? {} : { model }) };
  });
  const landings = context.landings ?? [];
  const question = { ...about, now: context.now ?? Math.max(0, ...landings.map(({ at }) => at)) };
  return learnChoice({ settings, question, arms, landings, chance: context.chance ?? 0 });
}

function takePinned(task: Task, choice: Choice): RouteDecision {
  const { context, pins, log } = choice;
  if (pins.agent.kind === "unusable") {
    return nobody(`${pins.agent.by}: "${pins.agent.written}" is not the name of an agent. ${offer(context)}`, log);
  }
  if (pins.agent.kind === "none") return nobody("Nobody was asked for.", log);
  const { agent, by } = pins.agent;
  if (context.available.includes(agent)) return assigned(task, { ...choice, agent, why: `pin: ${by}` });
  const known = Object.hasOwn(context.project.agents, agent);
  const why = known
    ? "its program is not available here, or it is logged out (orch agents says which)"
    : "no such agent is configured";
  return nobody(`${by}, but ${why}. ${offer(context)}`, log);
}

type Ordered = Choice & { readonly order: readonly AgentName[] };

function takeWeighted(task: Task, choice: Ordered): RouteDecision {
  const { context, log, order } = choice;
  const agent = pickByWeight(candidates(order, task.avoid), { context, log });
  if (agent === undefined) return nobody(`No agent is available for routing. ${offer(context)}`, log);
  return assigned(task, { ...choice, agent, why: log.at(-1) ?? "weights" });
}

function takeClassified(task: Task, choice: Ordered & { readonly classified: Classified }): RouteDecision {
  const { classified, context, log } = choice;
  if (classified.kind === "answered") {
    const { agent, said } = classified;
    return assigned(task, { ...choice, agent, said, why: log.at(-1) ?? "classifier" });
  }
  const fallback = context.project.routing?.fallback;
  const standIn = classified.kind === "failed" ? context.available.find((agent) => agent === fallback) : undefined;
  if (standIn === undefined) return takeTurn(task, choice);
  log.push(`fallback: ${standIn}, because the classifier failed`);
  return assigned(task, { ...choice, agent: standIn, why: log.at(-1) ?? "fallback" });
}

function takeTurn(task: Task, choice: Ordered): RouteDecision {
  const { context, log, order } = choice;
  const last = context.lastAgent === undefined ? {} : { last: context.lastAgent };
  const agent = nextInTurn({ order, avoid: task.avoid, ...last }, log);
  if (agent === undefined) return nobody(`No agent is available for routing. ${offer(context)}`, log);
  return assigned(task, { ...choice, agent, why: log.at(-1) ?? "round robin" });
}

type Chosen = Choice & { readonly agent: AgentName; readonly why: string; readonly said?: Classification };

function assigned(task: Task, chosen: Chosen): RouteDecision {
  const { agent, context, log, why, said } = chosen;
  const { complexity, line: tier } = complexityOf(task, chosen);
  const { model, line } = modelFor(task, { agent, context, complexity });
  const lines = [...log, ...(tier === undefined ? [] : [tier]), line];
  const part = said === undefined ? bareProfile(chosen) : profileOf(task, { chosen, said, log: lines });
  const assignment: Assignment = { agent, complexity, why, ...(model === undefined ? {} : { model }), ...part };
  return { kind: "assigned", assignment, log: lines };
}

/** A tier that somebody wrote wins; else the classifier's; else what the size suggests; else medium. */
function complexityOf(
  { size }: Task,
  { pins, said }: Pick<Chosen, "pins" | "said">,
): { readonly complexity: Complexity; readonly line?: string } {
  if (pins.complexity !== undefined) return { complexity: pins.complexity };
  if (said !== undefined)
    return { complexity: said.complexity, line: `complexity: ${said.complexity}, says the classifier` };
  const guess = tierOfSize(size);
  return guess === undefined
    ? { complexity: "medium", line: "complexity: medium, because nothing says otherwise" }
    : { complexity: guess, line: `complexity: ${guess}, by its size` };
}

type Part = Pick<Assignment, "profile" | "skills" | "warning">;

function bareProfile({ context }: Chosen): Part {
  const skills = standing(context);
  return skills.length === 0 ? {} : { skills };
}

function profileOf(
  task: Task,
  input: { readonly chosen: Chosen; readonly said: Classification; readonly log: string[] },
): Part {
  const { said, chosen, log } = input;
  const { routing } = chosen.context.project;
  const known = new Set((chosen.context.skills ?? []).map(({ id }) => id));
  const strange = said.skills.filter((skill) => !known.has(skill));
  if (strange.length > 0) log.push(`skills: ignored unknown ones (${strange.join(", ")})`);
  const isFixed = routing?.skillsMode === "off" || routing?.skillsMode === "agentpr";
  const asked = isFixed ? [] : said.skills.filter((skill) => known.has(skill));
  if (isFixed && said.skills.length > 0) log.push(`skills: policy.skills_mode is ${routing?.skillsMode}`);
  const skills = union(asked, standing(chosen.context));
  const profile = { ...said.profile, tools: union(said.profile.tools, routing?.allowedTools) };
  const warning = oddities(task, { agent: chosen.agent, said });
  if (warning !== undefined) log.push(`warning: ${warning}`);
  return { profile, ...(skills.length === 0 ? {} : { skills }), ...(warning === undefined ? {} : { warning }) };
}

/** Skills that every task gets. */
function standing({ project }: RoutingContext): readonly string[] {
  const { skillsMode, requiredSkills = [], defaultSkills } = project.routing ?? {};
  return skillsMode === "off" ? [] : union(requiredSkills, defaultSkills);
}

function union(some: readonly string[], more: readonly string[] = []): readonly string[] {
  return [...new Set([...some, ...more])];
}

function nobody(detail: string, log: readonly string[]): RouteDecision {
  return { kind: "nobody", detail, log: [...log, `nobody: ${detail}`] };
}

function offer(context: RoutingContext): string {
  return context.available.length === 0
    ? "No agent is installed and logged in here: orch agents says why."
    : `Available: ${context.available.join(", ")}.`;
}
