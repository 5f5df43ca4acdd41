import {
  nearest,
  type AgentAccount,
  type AgentSettings,
  type ClassifierSettings,
  type RoutingSettings,
} from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaults, drivers } from "./defaults.ts";
import { durationMs } from "./duration.ts";
import { filled, present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";
import type { KeyPath } from "./parse-document.ts";
import { resolveLearning } from "./resolve-learning.ts";
import { suggestionFor } from "./suggested-models.ts";

type AgentFile = NonNullable<NonNullable<ConfigFile["agents"]>[string]>;

interface AgentSources {
  readonly findings: Findings;
  readonly own: ConfigFile;
  readonly present: readonly string[];
}

/** The agents, and who of them takes part in routing. */
export interface ResolvedAgents {
  readonly agents: Readonly<Record<string, AgentSettings>>;
  readonly routing: RoutingSettings;
}

/**
 * Completes `agents`, `router` and `model_map`. `own`: what the person wrote, who alone may name a program; `present`:
 * the agents to offer where none is written.
 */
export function resolveAgents(file: ConfigFile, { findings, own, present: here }: AgentSources): ResolvedAgents {
  const written = Object.entries(file.agents ?? {}).flatMap(([name, agent]) => {
    if (own.agents?.[name] === undefined && !Object.hasOwn(drivers, name)) {
      findings.notice(["agents", name], "is not an agent of the global config.yml, and is passed over here");
      return [];
    }
    const settings = resolveAgent(name, { agent: agent ?? {}, findings });
    return settings === undefined ? [] : [[name, settings] as const];
  });
  const offered = here.length > 0 ? here : ["codex"];
  const agents = Object.fromEntries(
    written.length > 0 ? written : offered.map((name) => [name, bareAgent(name)] as const),
  );
  return { agents, routing: resolveRouting(file, { agents, findings }) };
}

/** A list of names as written: a list, or one text with commas. */
export function nameList(written: readonly string[] | string | undefined): readonly string[] {
  if (typeof written !== "string") return written ?? [];
  return written
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function bareAgent(driver: string): AgentSettings {
  return { driver, command: drivers[driver] ?? [], args: [], env: {}, options: {} };
}

function resolveAgent(
  name: string,
  from: { readonly agent: AgentFile; readonly findings: Findings },
): AgentSettings | undefined {
  const { agent, findings } = from;
  const driver = agent.driver ?? (Object.hasOwn(drivers, name) ? name : "command");
  const bare = bareAgent(driver);
  const command = typeof agent.command === "string" ? [agent.command] : (agent.command ?? bare.command);
  if (command.length === 0 && (driver === "command" || driver === "acp")) {
    findings.problem(["agents", name], "needs a command");
    return undefined;
  }
  const accounts = resolveAccounts(agent, { path: ["agents", name, "accounts"], findings });
  return {
    driver,
    command,
    args: agent.args ?? [],
    env: texts(agent.env),
    options: agent.options ?? {},
    ...present({ model: agent.model, home: agent.home, models: agent.models }),
    ...(accounts.length === 0 ? {} : { accounts }),
  };
}

function resolveAccounts(
  agent: AgentFile,
  from: { readonly path: KeyPath; readonly findings: Findings },
): readonly AgentAccount[] {
  const seen = new Set<string>();
  return (agent.accounts ?? []).map(({ name, home, env }, index) => {
    if (seen.has(name)) from.findings.problem([...from.path, index, "name"], "is the name of another account, too");
    seen.add(name);
    return { name, env: texts(env), ...present({ home }) };
  });
}

function texts(env: AgentFile["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env ?? {}).map(([variable, value]) => [variable, String(value)] as const));
}

interface Given {
  readonly agents: Readonly<Record<string, AgentSettings>>;
  readonly findings: Findings;
}

function resolveRouting(file: ConfigFile, given: Given): RoutingSettings {
  const router = file.router ?? {};
  const off = new Set(nameList(router.disabled_agents));
  const named = nameList(router.agents).filter((name) => isConfigured(name, { ...given, path: ["router", "agents"] }));
  const all = named.length > 0 ? named : Object.keys(given.agents);
  const agents = all.filter((name) => !off.has(name));
  if (agents.length === 0) given.findings.problem(["router"], "leaves no agent to choose from");
  const fallback = router.fallback_executor === "round_robin" ? undefined : router.fallback_executor;
  const known = fallback !== undefined && isConfigured(fallback, { ...given, path: ["router", "fallback_executor"] });
  const { simple, medium, complex, free, review } = file.model_map ?? {};
  const suggested = suggestionsFor(router, given.agents);
  const classifier = resolveClassifier(router, { ...given, first: agents[0], suggested });
  return {
    agents: [...new Set(agents)],
    models: present({ simple, medium, complex }),
    ...present({ freeModels: free, reviewModels: review, suggested }),
    ...(known ? { fallback } : {}),
    ...(classifier === undefined ? {} : { classifier }),
    ...(router.weighted_round_robin === true ? { weighted: true } : {}),
    ...present({
      learning: resolveLearning(router),
      skillsMode: file.policy?.skills_mode,
      allowedTools: router.allowed_tools === undefined ? undefined : nameList(router.allowed_tools),
      defaultSkills: router.default_skills === undefined ? undefined : nameList(router.default_skills),
      requiredSkills:
        file.workflow?.required_skills === undefined ? undefined : nameList(file.workflow.required_skills),
    }),
  };
}

function suggestionsFor(
  router: NonNullable<ConfigFile["router"]>,
  agents: Given["agents"],
): RoutingSettings["suggested"] {
  if (!filled(defaults.router, router).suggest_models) return undefined;
  const all = Object.entries(agents).map(([name, agent]) => [name, suggestionFor(agent)] as const);
  const known = all.flatMap(([name, models]) => (models === undefined ? [] : [[name, models] as const]));
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** Who classifies, where `router.mode` is `llm`. */
function resolveClassifier(
  router: NonNullable<ConfigFile["router"]>,
  given: Given & {
    readonly first: string | undefined;
    readonly suggested: RoutingSettings["suggested"];
  },
): ClassifierSettings | undefined {
  const mode = filled(defaults.router, router);
  if (mode.mode !== "llm") return undefined;
  const named = router.agent;
  const isKnown = named !== undefined && isConfigured(named, { ...given, path: ["router", "agent"] });
  const agent = isKnown ? named : given.first;
  if (agent === undefined) return undefined;
  const { suggested = {} } = given;
  // A question this small is worth the smallest model.
  const model = router.model ?? (Object.hasOwn(suggested, agent) ? suggested[agent]?.simple : undefined);
  return {
    agent,
    ...present({ model }),
    timeoutMs: durationMs(mode.timeout_seconds),
    maxAttempts: mode.max_route_attempts,
  };
}

function isConfigured(name: string, given: Given & { readonly path: KeyPath }): boolean {
  if (Object.hasOwn(given.agents, name)) return true;
  if (Object.hasOwn(drivers, name)) {
    given.findings.notice(given.path, `names ${name}, which is not configured, and goes on without it`);
    return false;
  }
  const near = nearest(name, Object.keys(given.agents));
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  given.findings.problem(
    given.path,
    `names ${JSON.stringify(name.slice(0, 60))}, which is not a configured agent${meant}`,
  );
  return false;
}
