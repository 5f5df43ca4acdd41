import {
  coolingDown,
  DEFAULT_MODEL,
  type AgentName,
  type Assignment,
  type Cooldown,
  type ProjectSettings,
  type Router,
  type RoutingContext,
  type Task,
} from "@orch/core";

import {
  describe,
  exhausted,
  isPinned,
  settingsOf,
  soonest,
  unclassified,
  type Assigned,
  type ChoiceInput,
  type RouteChoice,
  type Search,
} from "./exhausted.ts";

/**
 * Asks the router among the agents that don't rest, and finds the account and the model to use (seed rows A98–A100):
 * whom the task stays with, that agent's next model, a free model, any other agent; at last, whoever comes back first,
 * where the policy lets the task wait.
 */
export async function chooseRoute(task: Task, input: ChoiceInput): Promise<RouteChoice> {
  let asked: Pick<RouteChoice, "question" | "classification"> = {};
  const route: Router["route"] = async (...about) => {
    const decision = await input.router.route(...about);
    const { question, classification } = decision;
    if (question !== undefined && classification !== undefined) asked = { question, classification };
    return decision;
  };
  // What a question took counts, whoever is chosen in the end.
  return { ...(await choose(task, { ...input, router: { ...input.router, route } })), ...asked };
}

async function choose(task: Task, input: ChoiceInput): Promise<RouteChoice> {
  if (isHelpless(task, input)) return helpless(task);
  const log: string[] = [];
  const search: Search = { ...input, context: withClassifier({ ...input, log }), log };
  const { agent: stays, only = false } = task.stay ?? {};
  const staying = stays === undefined ? undefined : await stayWith(task, { ...search, stays, only });
  if (staying !== undefined) return staying;
  const { available } = search.context;
  return (
    (await askInTurn(task, search)) ??
    (only ? undefined : await freeRoute(task, { ...search, ...noneOffered })) ??
    exhausted(task, { ...search, agents: available })
  );
}

/** The agent that the task stays with, its next model, or a free one. */
async function stayWith(
  task: Task,
  search: Search & { readonly stays: AgentName; readonly only: boolean },
): Promise<RouteChoice | undefined> {
  const { context, stays, only } = search;
  const agents = context.available.filter((name) => name === stays);
  const same = await askAmong(task, { ...search, context: unclassified(context), agents });
  if (same !== undefined) return same;
  if (only) return agents.length > 0 ? exhausted(task, { ...search, agents }) : undefined;
  const limited = restOf(stays, search) !== undefined;
  return freeRoute(task, limited ? { ...search, ...noneOffered } : search);
}

/** Whom the router chooses among those that don't rest; one whose models all rest is left out the next time. */
async function askInTurn(task: Task, search: Search): Promise<Assigned | undefined> {
  const { context, router } = search;
  const rested = new Set<AgentName>();
  for (let agents = context.available; agents.length > 0; agents = agents.filter((name) => !rested.has(name))) {
    const asked = rested.size === 0 ? context : unclassified(context);
    const available = usable({ ...search, agents });
    if (available.length === 0) return undefined;
    const decision = await router.route(task, { ...asked, available });
    if (decision.kind === "nobody") return undefined;
    const fitted = fit(task, { ...search, decision });
    if (fitted !== undefined || rested.has(decision.assignment.agent)) return fitted;
    rested.add(decision.assignment.agent);
  }
  return undefined;
}

/** Whoever configured a free model has agreed to it; one that an agent merely offers may learn from what it reads. */
const noneOffered: Pick<ChoiceInput, "freeModels"> = { freeModels: async () => [] };

/** The classifier with the account to ask; where its agent rests nobody is asked. */
function withClassifier(search: Search): RoutingContext {
  const { context, log } = search;
  const { routing } = context.project;
  const agent = context.available.find((name) => name === routing?.classifier?.agent);
  if (routing?.classifier === undefined || agent === undefined) return context;
  const { classifier } = routing;
  const account = freshestAccount(search, { agent, ...present(classifier.model) });
  if (account === undefined) {
    note(log, `classifier: ${agent} rests, so it is not asked`);
    return unclassified(context);
  }
  return {
    ...context,
    project: { ...context.project, routing: { ...routing, classifier: { ...classifier, ...account } } },
  };
}

function present(model: string | undefined): { readonly model?: string } {
  return model === undefined ? {} : { model };
}

/** True when what the last agent missed would be missed again: nobody else is left, now or later (seed row A101). */
function isHelpless(task: Task, { context, cooldowns, now }: ChoiceInput): boolean {
  if (task.failures.at(-1)?.reason !== "missing_tool") return false;
  const others = context.available.filter((agent) => !task.avoid.includes(agent));
  const resting = cooldowns.some((known) => known.until > now && known.agent !== task.avoid.at(-1));
  return isPinned(task) || (others.length === 0 && !resting);
}

function helpless(task: Task): RouteChoice {
  const who = isPinned(task) ? "the agent that is asked for" : "every agent that could take it";
  const detail = `A program is missing for ${who}; the last attempt says which.`;
  return { kind: "nobody", reason: "missing_tool", detail, log: [detail] };
}

/** Agents that have at least one account that does not rest as a whole. */
function usable(search: Search & { readonly agents: readonly AgentName[] }): readonly AgentName[] {
  return search.agents.filter((agent) => {
    const rest = restOf(agent, search);
    if (rest !== undefined) note(search.log, describe(rest));
    return rest === undefined;
  });
}

/** Why no account of an agent may be used, whatever the model; undefined: one may. */
function restOf(agent: AgentName, { context, cooldowns, now }: Search): Cooldown | undefined {
  const whole = cooldowns.filter((known) => known.model === undefined);
  const rests = accountsOf(context.project, agent).map((account) =>
    coolingDown(whole, { target: { agent, ...account }, now }),
  );
  return rests.every((rest) => rest !== undefined) ? soonest(rests.filter((rest) => rest !== undefined)) : undefined;
}

async function askAmong(
  task: Task,
  search: Search & { readonly agents: readonly AgentName[] },
): Promise<Assigned | undefined> {
  const available = usable(search);
  if (available.length === 0) return undefined;
  const decision = await search.router.route(task, { ...search.context, available });
  return decision.kind === "assigned" ? fit(task, { ...search, decision }) : undefined;
}

/** The decision with an account and a model that may be used now; undefined: there is none. */
function fit(task: Task, search: Search & { readonly decision: Assigned }): Assigned | undefined {
  const { decision, log } = search;
  const { assignment } = decision;
  for (const model of modelsFor(task, { assignment, project: search.context.project })) {
    const account = freshestAccount(search, { agent: assignment.agent, ...present(model) });
    if (account === undefined) continue;
    const lines = [...decision.log, ...log];
    if (model !== assignment.model)
      lines.push(
        `model: ${model ?? DEFAULT_MODEL}, because ${assignment.model ?? "the agent's own"} is not to be had now`,
      );
    if (account.account !== undefined)
      lines.push(`account: ${account.account}, limited least recently of those that may be used`);
    const { model: _model, account: _account, ...rest } = assignment;
    return { ...decision, assignment: { ...rest, ...present(model), ...account }, log: lines };
  }
  return undefined;
}

/** The models to try, in order. A model that the task asks for has no stand-in. */
function modelsFor(
  task: Task,
  input: { readonly assignment: Assignment; readonly project: ProjectSettings },
): readonly (string | undefined)[] {
  const { assignment, project } = input;
  if (task.pins.model !== undefined) return [assignment.model];
  const { agent, model, complexity } = assignment;
  const suggested = project.routing?.suggested ?? {};
  const isSuggested = Object.hasOwn(suggested, agent) && suggested[agent]?.[complexity] === model;
  return [...new Set([model, ...(settingsOf(project, agent)?.models ?? []), ...(isSuggested ? [undefined] : [])])];
}

type Account = Pick<Assignment, "account">;

/** The account that may be used with a model and was limited least recently; undefined: none may. */
function freshestAccount(
  search: Search,
  target: { readonly agent: AgentName; readonly model?: string },
): Account | undefined {
  const { cooldowns, now, context } = search;
  const limitedAt = ({ account }: Account): number =>
    Math.max(
      0,
      ...cooldowns
        .filter((known) => known.agent === target.agent && known.account === account)
        .map(({ since }) => since),
    );
  return accountsOf(context.project, target.agent)
    .filter((account) => coolingDown(cooldowns, { target: { ...target, ...account }, now }) === undefined)
    .toSorted((left, right) => limitedAt(left) - limitedAt(right))[0];
}

function accountsOf(project: ProjectSettings, agent: AgentName): readonly Account[] {
  const accounts = settingsOf(project, agent)?.accounts ?? [];
  return accounts.length === 0 ? [{}] : accounts.map(({ name }) => ({ account: name }));
}

/** A free model of any agent, for a task that asks for no agent or model of its own (seed row A100). */
async function freeRoute(task: Task, search: Search): Promise<Assigned | undefined> {
  if (isPinned(task) || task.pins.model !== undefined) return undefined;
  const complexity = task.pins.complexity ?? "medium";
  for (const agent of search.context.available) {
    for (const model of await freeModelsOf(agent, search)) {
      const account = freshestAccount(withoutLimits(search), { agent, model });
      if (account === undefined) continue;
      const why = `free model: ${model} of ${agent}`;
      return { kind: "assigned", assignment: { agent, model, complexity, why, ...account }, log: [...search.log, why] };
    }
  }
  return undefined;
}

/** A free model uses nothing of an account's limits. */
function withoutLimits(search: Search): Search {
  const others = search.cooldowns.filter(
    ({ model, reason }) => model !== undefined || (reason !== "usage_limited" && reason !== "quota"),
  );
  return { ...search, cooldowns: others };
}

/** The one that is configured; else those that the agent itself offers. */
async function freeModelsOf(agent: AgentName, search: Search): Promise<readonly string[]> {
  const configured = search.context.project.routing?.freeModels ?? {};
  const model = Object.hasOwn(configured, agent) ? configured[agent] : undefined;
  return model === undefined ? ((await search.freeModels?.(agent)) ?? []) : [model];
}

function note(log: string[], line: string): void {
  if (!log.includes(line)) log.push(line);
}
