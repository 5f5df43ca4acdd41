import {
  parseAgentName,
  taskKey,
  verdictOf,
  withoutLogins,
  type AgentName,
  type BranchResult,
  type DomainWrite,
  type Json,
  type ProjectSettings,
  type RoutingContext,
  type Task,
  type TaskEvent,
} from "@orch/core";

import { chooseRoute } from "../choose-route.ts";
import { readCooldowns, restAfterQuestion } from "../cooldowns.ts";
import type { EngineDeps } from "../deps.ts";
import type { RouteChoice } from "../exhausted.ts";
import { readLandings } from "../landings.ts";
import { learnedWrites } from "../learned.ts";
import { questionMeasures } from "../measures.ts";
import { moveTask } from "../move-task.ts";
import { readWeights } from "../route-weights.ts";
import { settleDone, type HandlerContext } from "./context.ts";

/** Asks the router for a task that is new, and keeps its explanation. */
export async function routeTask(context: HandlerContext<"task:route">): Promise<void> {
  const { deps, effect, lease } = context;
  const task = await deps.store.task(effect.task);
  if (task?.status !== "new" || task.version !== effect.round) return settleDone(context);
  if (task.update !== undefined) return routeUpdate(context, { task, update: task.update });
  const decision = await decide(context, task);
  const key = `${taskKey(effect.task)} route ${effect.round}`;
  const moved = await moveTask(deps, {
    ref: effect.task,
    event: eventOf(decision),
    key,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
    writes: async () => [
      ...(await cursors(deps, { task, decision })),
      ...(await afterQuestion(deps, { task, decision })),
    ],
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone(context);
}

/** No agent is asked: the attempt is orch's own, in the name of the one whose work it brings up to date. */
async function routeUpdate(
  { deps, effect, lease }: HandlerContext<"task:route">,
  { task, update }: { readonly task: Task; readonly update: BranchResult },
): Promise<void> {
  const record = await deps.store.attempt({ project: task.project, id: task.id, attempt: update.attempt });
  const event: TaskEvent =
    record === undefined
      ? {
          type: "task:unroutable",
          detail: `There is no record of attempt ${update.attempt}.`,
          reason: "infrastructure",
        }
      : { type: "task:routed", assignment: record.assignment };
  const moved = await moveTask(deps, {
    ref: effect.task,
    event,
    key: `${taskKey(effect.task)} route ${effect.round}`,
    actor: "engine",
    holding: lease,
    settle: { as: "complete" },
  });
  if (moved.kind === "rejected" || moved.kind === "repeated") await settleDone({ deps, lease });
}

function eventOf(choice: RouteChoice): TaskEvent {
  if (choice.kind === "assigned") {
    const { assignment, waiting } = choice;
    return { type: "task:routed", assignment, ...(waiting === undefined ? {} : { waiting }) };
  }
  const { detail, reason } = choice;
  return { type: "task:unroutable", detail, ...(reason === undefined ? {} : { reason }) };
}

async function decide(context: HandlerContext<"task:route">, task: Task): Promise<RouteChoice> {
  const { deps } = context;
  const project = deps.projects.get(task.project);
  if (project === undefined) {
    const detail = `The project ${task.project} is not configured any more.`;
    return { kind: "nobody", detail, log: [detail] };
  }
  return decideRoute(deps, { task, project });
}

/** What would become of a task that is routed now; nothing is recorded. */
export async function decideRoute(
  deps: RoutingDeps & Pick<EngineDeps, "loggedOut" | "freeModels" | "router">,
  { task, project: whole }: { readonly task: Task; readonly project: ProjectSettings },
): Promise<RouteChoice> {
  const loggedOut = (await deps.loggedOut?.(whole)) ?? [];
  const project = withoutLogins(whole, loggedOut);
  const context = await routingContext(deps, { task, project });
  const cooldowns = await readCooldowns(deps.store, context.available);
  const { router, clock, freeModels } = deps;
  const choice = await chooseRoute(task, {
    router,
    context,
    cooldowns,
    now: clock.now(),
    ...(freeModels === undefined ? {} : { freeModels: (agent: AgentName) => freeModels(project, agent) }),
  });
  const told = loggedOut.map(({ agent, account }) => `${agent}, account ${account} is logged out`);
  return { ...choice, log: [...told, ...choice.log] };
}

type RoutingDeps = Pick<EngineDeps, "store" | "clock" | "random" | "availableAgents" | "skills">;

/** Everything that the router may know of a task's surroundings right now. */
export async function routingContext(
  deps: RoutingDeps,
  { task, project }: { readonly task: Task; readonly project: ProjectSettings },
): Promise<RoutingContext> {
  const last = await deps.store.cursor(lastAgentCursor(task));
  const lastAgent = typeof last === "string" ? parseAgentName(last) : undefined;
  const failed = await deps.store.cursor(failedCursor(task));
  const available = await deps.availableAgents(project);
  return {
    project,
    available,
    now: deps.clock.now(),
    chance: deps.random.next(),
    weights: await readWeights(deps.store, available),
    ...(project.routing?.learning === undefined ? {} : { landings: await readLandings(deps.store, project.id) }),
    failedClassifications: typeof failed === "number" ? failed : 0,
    ...(deps.skills === undefined ? {} : { skills: await deps.skills(project) }),
    ...(lastAgent?.ok === true ? { lastAgent: lastAgent.value satisfies AgentName } : {}),
  };
}

async function cursors(
  deps: EngineDeps,
  { task, decision }: { readonly task: Task; readonly decision: RouteChoice },
): Promise<readonly DomainWrite[]> {
  const put = (name: string, value: Json): DomainWrite => ({ kind: "cursor:put", name, value });
  const failed = await deps.store.cursor(failedCursor(task));
  const count = typeof failed === "number" ? failed : 0;
  return [
    put(routeLogCursor(task), [...decision.log]),
    ...(await learnedWrites(deps, { task, decision })),
    ...(decision.classification === "failed" ? [put(failedCursor(task), count + 1)] : []),
    ...(decision.classification === "answered" && count > 0 ? [put(failedCursor(task), 0)] : []),
    ...(decision.kind === "nobody" ? [] : [put(lastAgentCursor(task), decision.assignment.agent)]),
  ];
}

/** What the question to the classifier took, and the rest that its failure brings. */
async function afterQuestion(
  deps: EngineDeps,
  { task, decision }: { readonly task: Task; readonly decision: RouteChoice },
): Promise<readonly DomainWrite[]> {
  if (decision.question === undefined) return [];
  const { asked, reply } = decision.question;
  const now = deps.clock.now();
  const spent = reply.usage === undefined ? [] : questionMeasures(reply.usage, { task, asked, now });
  if (reply.kind === "answer" || reply.failure === undefined) return spent;
  const { failure } = reply;
  const verdict = verdictOf(deps.reasonFor(failure), reply.why, failure.retryAt);
  return [...spent, ...(await restAfterQuestion(deps.store, { asked, verdict, now }))];
}

function failedCursor(task: Pick<Task, "project" | "id">): string {
  return `router/failed-classifications/${taskKey(task)}`;
}

function lastAgentCursor(task: Task): string {
  return `router/last-agent/${task.project}`;
}

/** The cursor under which the router's explanation of a task's last routing is kept: an array of lines. */
export function routeLogCursor(task: Pick<Task, "project" | "id">): string {
  return `router/log/${taskKey(task)}`;
}
