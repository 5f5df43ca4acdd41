import { parseAgentName, taskKey, type AgentName, type DomainWrite, type RouteDecision, type Task } from "@orch/core";

import { moveTask } from "../move-task.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/** Asks the router for a task that is new, and keeps its explanation. */
export async function routeTask(context: HandlerContext<"task:route">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  if (task?.status !== "new" || task.version !== effect.round) return settleDone(context);
  const decision = await decide(context, task);
  const key = `${taskKey(effect.task)} route ${effect.round}`;
  const event =
    decision.kind === "assigned"
      ? ({ type: "task:routed", assignment: decision.assignment } as const)
      : ({ type: "task:unroutable", detail: decision.detail } as const);
  const moved = await moveTask(deps, {
    ref: effect.task,
    event,
    key,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: () => cursors(task, decision),
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

async function decide(context: HandlerContext<"task:route">, task: Task): Promise<RouteDecision> {
  const { deps } = context;
  const project = deps.projects.get(task.project);
  if (project === undefined) {
    const detail = `The project ${task.project} is not configured any more.`;
    return { kind: "nobody", detail, log: [detail] };
  }
  const last = await deps.store.cursor(lastAgentCursor(task));
  const lastAgent = typeof last === "string" ? parseAgentName(last) : undefined;
  const available = await deps.availableAgents(project);
  return deps.router.route(task, {
    project,
    available,
    ...(lastAgent?.ok === true ? { lastAgent: lastAgent.value satisfies AgentName } : {}),
  });
}

function cursors(task: Task, decision: RouteDecision): readonly DomainWrite[] {
  const log: DomainWrite = { kind: "cursor:put", name: routeLogCursor(task), value: [...decision.log] };
  if (decision.kind === "nobody") return [log];
  return [log, { kind: "cursor:put", name: lastAgentCursor(task), value: decision.assignment.agent }];
}

function lastAgentCursor(task: Task): string {
  return `router/last-agent/${task.project}`;
}

/** The cursor under which the router's explanation of a task's last routing is kept: an array of lines. */
export function routeLogCursor(task: Pick<Task, "project" | "id">): string {
  return `router/log/${taskKey(task)}`;
}
