import {
  DEFAULT_MODEL,
  meaningOf,
  type AgentName,
  type AgentSettings,
  type Assignment,
  type Cooldown,
  type ProjectSettings,
  type Reason,
  type RouteDecision,
  type Router,
  type RoutingContext,
  type Task,
  type Waiting,
} from "@orch/core";

/** A router's decision that knows who rests; `waiting`: the agent rests, and the task waits for it. */
export type RouteChoice =
  | (Extract<RouteDecision, { kind: "assigned" }> & { readonly waiting?: Waiting })
  | (Extract<RouteDecision, { kind: "nobody" }> & { readonly reason?: Reason });

/** What a choice is made from. */
export interface ChoiceInput {
  readonly router: Router;
  readonly context: RoutingContext;
  /** Those of all available agents, see `readCooldowns`. */
  readonly cooldowns: readonly Cooldown[];
  readonly now: number;
  /** The models that an agent offers for nothing; asked only when nothing else of the task's agent is left. */
  readonly freeModels?: (agent: AgentName) => Promise<readonly string[]>;
}

/** A decision for somebody. */
export type Assigned = Extract<RouteDecision, { kind: "assigned" }>;

/** A search for somebody, and what it has noted so far. */
export type Search = ChoiceInput & { readonly log: string[] };

/** Nobody may go on now: the task waits for the first to come back, or a person looks. */
export async function exhausted(
  task: Task,
  search: Search & { readonly agents: readonly AgentName[] },
): Promise<RouteChoice> {
  const { context, agents, cooldowns, now, log } = search;
  // Whom the router would have chosen, were nobody resting.
  const asked = await search.router.route(task, { ...unclassified(context), available: agents });
  if (asked.kind === "nobody") return { ...asked, log: [...log, ...asked.log] };
  const pinned = isPinned(task) ? [asked.assignment.agent] : agents;
  const rests = cooldowns.filter((known) => known.until > now && pinned.includes(known.agent));
  const passing = rests.filter(
    ({ timed, reason }) => timed || reason === "usage_limited" || context.project.policy.onExhausted === "wait",
  );
  const first = soonest(passing);
  if (first === undefined) return nobodyLeft(rests, log);
  const why = `waits for ${describe(first)}`;
  const waits = waitFor(first, { asked, context, why });
  return { kind: "assigned", ...waits, log: [...log, why] };
}

/** The assignment to whoever comes back first, with its account and the model that rests or would be used. */
function waitFor(
  first: Cooldown,
  input: { readonly asked: Assigned; readonly context: RoutingContext; readonly why: string },
): { readonly assignment: Assignment; readonly waiting: Waiting } {
  const { asked, context, why } = input;
  const { agent, account, reason, until } = first;
  const { model: own, account: _account, why: _why, ...rest } = asked.assignment;
  const usual = agent === rest.agent ? own : settingsOf(context.project, agent)?.model;
  const model = first.model === undefined || first.model === DEFAULT_MODEL ? usual : first.model;
  const login = account === undefined ? {} : { account };
  return {
    assignment: { ...rest, agent, why, ...(model === undefined ? {} : { model }), ...login },
    waiting: { agent, reason, until, ...login },
  };
}

function nobodyLeft(rests: readonly Cooldown[], log: readonly string[]): RouteChoice {
  const list = rests.map((rest) => describe(rest)).join("; ");
  const detail = `All agents exhausted: ${list || "nobody may be used"}.`;
  const [first] = rests;
  // When all of them need the same of a person, that is what the person is told.
  const same = first !== undefined && rests.every(({ reason }) => reason === first.reason);
  const reason =
    same && meaningOf(first.reason).action === "failover" && ASKING.has(first.reason)
      ? first.reason
      : "agents_exhausted";
  return { kind: "nobody", detail, log: [...log, detail], reason };
}

const ASKING: ReadonlySet<Reason> = new Set(["auth", "quota", "model_unavailable"]);

/** The rest that ends first. */
export function soonest(rests: readonly Cooldown[]): Cooldown | undefined {
  return rests.toSorted((left, right) => left.until - right.until)[0];
}

/** A rest, as the decision log tells it. */
export function describe({ agent, account, model, reason, until }: Cooldown): string {
  const who = [
    agent,
    ...(account === undefined ? [] : [`account ${account}`]),
    ...(model === undefined ? [] : [`model ${model}`]),
  ];
  return `${who.join(", ")} rests until ${new Date(until).toISOString()} (${reason})`;
}

/** The same surroundings without the question to a model: it has been asked, or its answer could not matter. */
export function unclassified(context: RoutingContext): RoutingContext {
  const { routing } = context.project;
  if (routing?.classifier === undefined) return context;
  const { classifier: _classifier, ...rest } = routing;
  return { ...context, project: { ...context.project, routing: rest } };
}

/** The settings of an agent, where it is configured. */
export function settingsOf(project: ProjectSettings, agent: string): AgentSettings | undefined {
  return Object.hasOwn(project.agents, agent) ? project.agents[agent] : undefined;
}

/** True when a person fixed the agent. */
export function isPinned(task: Task): boolean {
  return task.pins.agent !== undefined || task.labels.some((label) => label.toLowerCase().startsWith("agent:"));
}
