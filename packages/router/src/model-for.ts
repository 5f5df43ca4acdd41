import type { AgentName, Complexity, RoutingContext, Task } from "@orch/core";

/** The model of an assignment and the line that explains it; no model: the agent's own default. */
export interface ChosenModel {
  readonly model?: string;
  readonly line: string;
}

/** The model: what the task asks for, else the model map's, else the agent's own, else what orch suggests. */
export function modelFor(
  task: Task,
  by: { readonly agent: AgentName; readonly context: RoutingContext; readonly complexity: Complexity },
): ChosenModel {
  const { agent, complexity } = by;
  const { routing, agents } = by.context.project;
  if (task.pins.model !== undefined)
    return { model: task.pins.model, line: `model: the task asks for ${task.pins.model}` };
  const mapped = ownValue(routing?.models[complexity], agent);
  if (mapped !== undefined) return { model: mapped, line: `model: ${mapped}, by model_map.${complexity}.${agent}` };
  const own = ownValue(agents, agent)?.model;
  if (own !== undefined) return { model: own, line: `model: ${own}, by agents.${agent}.model` };
  const suggested = ownValue(routing?.suggested, agent)?.[complexity];
  if (suggested !== undefined) {
    const line = `model: ${suggested}, suggested for ${complexity} tasks; model_map.${complexity}.${agent} would win`;
    return { model: suggested, line };
  }
  return { line: `model: the default of ${agent}` };
}

function ownValue<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
