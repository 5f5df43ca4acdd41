import type { AgentName, RoutingContext } from "@orch/core";

/** What the round robin chooses from. */
export interface Turn {
  /** Agents that take part, in order. */
  readonly order: readonly AgentName[];
  readonly last?: AgentName;
  readonly avoid: readonly AgentName[];
}

/** The agents that take part in a project's round robin and are available, in order; the fallback when none is. */
export function takingPart(context: RoutingContext, log: string[]): readonly AgentName[] {
  const { routing } = context.project;
  if (routing === undefined || routing.agents.length === 0) return context.available;
  const order = routing.agents.flatMap((name) => context.available.filter((agent) => agent === name));
  const absent = routing.agents.filter((name) => context.available.every((agent) => agent !== name));
  if (absent.length > 0) log.push(`round robin: not available here: ${absent.join(", ")}`);
  if (order.length > 0 || routing.fallback === undefined) return order;
  log.push(`fallback: none of ${routing.agents.join(", ")} is available; ${routing.fallback} is the fallback`);
  return context.available.filter((agent) => agent === routing.fallback);
}

/** Those of the agents that did not just fail the task; all of them when every one did. */
export function candidates(order: readonly AgentName[], avoid: readonly AgentName[]): readonly AgentName[] {
  const welcome = order.filter((agent) => !avoid.includes(agent));
  return welcome.length > 0 ? welcome : order;
}

/** The agent whose turn it is: the next one after the last in the circle that is not to be avoided, when there is one. */
export function nextInTurn(turn: Turn, log: string[]): AgentName | undefined {
  const start = turn.order.findIndex((agent) => agent === turn.last) + 1;
  const circle = [...turn.order.slice(start), ...turn.order.slice(0, start)];
  const welcome = circle.filter((agent) => !turn.avoid.includes(agent));
  const avoided = circle.filter((agent) => turn.avoid.includes(agent));
  if (welcome.length > 0 && avoided.length > 0)
    log.push(`round robin: avoids ${avoided.join(", ")}, which just failed this task`);
  if (welcome.length === 0 && circle.length > 0)
    log.push("round robin: every agent just failed this task, so none is avoided");
  const chosen = welcome[0] ?? circle[0];
  if (chosen === undefined) return undefined;
  log.push(
    turn.last === undefined ? `round robin: begins with ${chosen}` : `round robin: after ${turn.last} comes ${chosen}`,
  );
  return chosen;
}
