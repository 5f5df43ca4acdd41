import type { AgentName, Assignment, RouteDecision, Router, RoutingContext, Task } from "@orch/core";

import { readPins, type Pins } from "./pins.ts";
import { nextInTurn, takingPart } from "./round-robin.ts";

/**
 * The router that needs no model: pins first, then round robin; the model from the task, the model map or the agent's
 * own settings. Every rule that had a say left a line in the decision's log.
 */
export function createRouter(): Router {
  return { route: (task, context) => Promise.resolve(decide(task, context)) };
}

function decide(task: Task, context: RoutingContext): RouteDecision {
  const pins = readPins(task);
  const log = [...pins.log];
  if (pins.agent.kind === "none") return takeTurn(task, { context, pins, log });
  return takePinned(task, { context, pins, log });
}

interface Choice {
  readonly context: RoutingContext;
  readonly pins: Pins;
  readonly log: string[];
}

function takePinned(task: Task, choice: Choice): RouteDecision {
  const { context, pins, log } = choice;
  if (pins.agent.kind === "none") return takeTurn(task, choice);
  if (pins.agent.kind === "unusable") {
    return nobody(`${pins.agent.by}: "${pins.agent.written}" is not the name of an agent. ${offer(context)}`, log);
  }
  const { agent, by } = pins.agent;
  if (context.available.includes(agent)) return assigned(task, { ...choice, agent, why: `pin: ${by}` });
  const known = Object.hasOwn(context.project.agents, agent);
  const why = known ? "it is configured, but its program is not available here" : "no such agent is configured";
  return nobody(`${by}, but ${why}. ${offer(context)}`, log);
}

function takeTurn(task: Task, choice: Choice): RouteDecision {
  const { context, log } = choice;
  const order = takingPart(context, log);
  const last = context.lastAgent === undefined ? {} : { last: context.lastAgent };
  const agent = nextInTurn({ order, avoid: task.avoid, ...last }, log);
  if (agent === undefined) return nobody(`No agent is available for routing. ${offer(context)}`, log);
  return assigned(task, { ...choice, agent, why: log.at(-1) ?? "round robin" });
}

function assigned(task: Task, chosen: Choice & { readonly agent: AgentName; readonly why: string }): RouteDecision {
  const { agent, context, log, why } = chosen;
  const { complexity } = chosen.pins;
  const { model, line } = modelFor(task, { agent, context, complexity });
  const assignment: Assignment = { agent, complexity, why, ...(model === undefined ? {} : { model }) };
  return { kind: "assigned", assignment, log: [...log, line] };
}

function modelFor(
  task: Task,
  by: { readonly agent: AgentName; readonly context: RoutingContext; readonly complexity: Assignment["complexity"] },
): { readonly model?: string; readonly line: string } {
  const { agent, complexity } = by;
  const { routing, agents } = by.context.project;
  if (task.pins.model !== undefined)
    return { model: task.pins.model, line: `model: the task asks for ${task.pins.model}` };
  const mapped = ownValue(routing?.models[complexity], agent);
  if (mapped !== undefined) return { model: mapped, line: `model: ${mapped}, by model_map.${complexity}.${agent}` };
  const own = ownValue(agents, agent)?.model;
  if (own !== undefined) return { model: own, line: `model: ${own}, by agents.${agent}.model` };
  return { line: `model: the default of ${agent}` };
}

function ownValue<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function nobody(detail: string, log: readonly string[]): RouteDecision {
  return { kind: "nobody", detail, log: [...log, `nobody: ${detail}`] };
}

function offer(context: RoutingContext): string {
  return context.available.length === 0 ? "No agent is available here." : `Available: ${context.available.join(", ")}.`;
}
