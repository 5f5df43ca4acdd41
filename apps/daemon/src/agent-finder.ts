import { basename } from "node:path";

import {
  noCapabilities,
  parseAgentName,
  settingsOfAccount,
  type AgentCapabilities,
  type AgentDiscovery,
  type AgentDriver,
  type AgentLogin,
  type AgentName,
  type AgentSettings,
  type Clock,
  type Logger,
  type ProjectSettings,
} from "@orch/core";

import type { AgentView } from "./handlers/services.ts";

const FRESH_MS = 60_000;
const PATIENCE_MS = 5_000;
const capabilityNames = Object.keys(noCapabilities) as (keyof AgentCapabilities)[];

/** Finds out which configured agents are installed here. */
export interface AgentFinder {
  /**
   * Installed agents of a project, in configured order. One that is known to be logged out would fail its turn, so it is
   * left out and told of in the log; not where a free model is configured for it.
   */
  available(project: ProjectSettings): Promise<readonly AgentName[]>;
  /** Accounts of a project's installed agents that are known to be logged out, where another one of the agent is not. Told of in the log once. */
  loggedOut(project: ProjectSettings): Promise<readonly AgentLogin[]>;
  /** All of these agents with what was found of them. */
  views(agents: Readonly<Record<string, AgentSettings>>): Promise<readonly AgentView[]>;
}

/** Makes a finder that looks at most once a minute at each agent: looking starts programs. */
export function createAgentFinder(parts: {
  readonly drivers: Readonly<Record<string, AgentDriver>>;
  readonly clock: Clock;
  readonly logger: Logger;
}): AgentFinder {
  const known = new Map<string, { readonly until: number; readonly found: Promise<AgentDiscovery> }>();

  function discover(settings: AgentSettings): Promise<AgentDiscovery> {
    const now = parts.clock.monotonic();
    const key = keyOf(settings);
    const earlier = known.get(key);
    if (earlier !== undefined && earlier.until > now) return earlier.found;
    const found = look(settings);
    known.set(key, { until: now + FRESH_MS, found });
    return found;
  }

  async function look(settings: AgentSettings): Promise<AgentDiscovery> {
    const driver = parts.drivers[settings.driver];
    if (driver === undefined)
      return { installed: false, login: "unknown", hint: `There is no driver ${settings.driver}.` };
    const stop = new AbortController();
    const timer = parts.clock.after(PATIENCE_MS, () => stop.abort());
    try {
      return await driver.discover(settings, stop.signal);
    } finally {
      timer.cancel();
    }
  }

  const isReady = createReadiness({ discover, logger: parts.logger });
  const loggedOut = createLoginLook({ discover, logger: parts.logger });

  return {
    async available(project) {
      const names: AgentName[] = [];
      for (const name of Object.keys(project.agents)) {
        const parsed = parseAgentName(name);
        if (parsed.ok && (await isReady(project, parsed.value))) names.push(parsed.value);
      }
      return names;
    },
    loggedOut,
    views: (agents) =>
      Promise.all(
        Object.entries(agents).map(async ([name, settings]) =>
          viewOf({
            name,
            settings,
            found: await discoverPool(settings, discover),
            capabilities: parts.drivers[settings.driver]?.capabilities ?? noCapabilities,
          }),
        ),
      ),
  };
}

/** An agent as all its accounts show it: logged in where one is, with the names of those that are not. */
async function discoverPool(
  settings: AgentSettings,
  discover: (settings: AgentSettings) => Promise<AgentDiscovery>,
): Promise<AgentDiscovery> {
  const accounts = settings.accounts ?? [];
  if (accounts.length === 0) return discover(settings);
  const found = await Promise.all(
    accounts.map(async ({ name }) => ({ name, ...(await discover(settingsOfAccount(settings, name) ?? settings)) })),
  );
  const out = found.filter(({ login }) => login === "logged_out");
  const best = found.find(({ login }) => login === "logged_in") ?? found.find(({ login }) => login === "unknown");
  const { name: _, hint, ...pool } = best ?? { ...(await discover(settings)), login: "logged_out" as const, name: "" };
  if (out.length === 0) return { ...pool, ...(hint === undefined ? {} : { hint }) };
  const whose = out.length === 1 ? "Its account" : "Its accounts";
  const told = `${whose} ${out.map(({ name }) => name).join(", ")} ${out.length === 1 ? "is" : "are"} logged out.`;
  return { ...pool, hint: [told, out[0]?.hint].filter((words) => words !== undefined).join(" ") };
}

/** All that what is found of an agent may depend on: of a variable whether it holds something, never what. */
function keyOf({ driver, command, home, options, env }: AgentSettings): string {
  const variables = Object.entries(env).map(([name, value]) => [name, value !== ""]);
  return JSON.stringify([driver, command, home ?? null, options, variables]);
}

/** Tells whether an agent may be given tasks: it is installed, and not known to be logged out. */
function createReadiness({
  discover,
  logger,
}: {
  readonly discover: (settings: AgentSettings) => Promise<AgentDiscovery>;
  readonly logger: Logger;
}): (project: ProjectSettings, name: AgentName) => Promise<boolean> {
  const told = new Set<string>();

  /** What to do about its login; undefined where it has one, or nobody knows. */
  async function loggedOut(settings: AgentSettings): Promise<string | undefined> {
    const accounts = settings.accounts ?? [];
    const logins = accounts.length === 0 ? [undefined] : accounts.map(({ name }) => name);
    const found = await Promise.all(
      logins.map((account) => discover(settingsOfAccount(settings, account) ?? settings)),
    );
    const isOut = !isWrapped(settings) && found.every(({ login }) => login === "logged_out");
    return isOut ? (found[0]?.hint ?? "Log in to it.") : undefined;
  }

  return async (project, name) => {
    const settings = project.agents[name];
    if (settings === undefined || !(await discover(settings)).installed) return false;
    // Free models may be had without a login, and whoever configured one wants it.
    if (Object.hasOwn(project.routing?.freeModels ?? {}, name)) return true;
    const hint = await loggedOut(settings);
    if (hint === undefined) {
      told.delete(name);
      return true;
    }
    // Once, not at every look.
    if (!told.has(name)) {
      logger.warn({ agent: name, hint }, "an agent is logged out, and gets no tasks until it is logged in");
    }
    told.add(name);
    return false;
  };
}

/** Tells which accounts of pools can't be given anything now. */
function createLoginLook({
  discover,
  logger,
}: {
  readonly discover: (settings: AgentSettings) => Promise<AgentDiscovery>;
  readonly logger: Logger;
}): (project: ProjectSettings) => Promise<readonly AgentLogin[]> {
  const told = new Set<string>();

  async function ofPool(
    agent: string,
    settings: AgentSettings,
  ): Promise<readonly { readonly login: AgentLogin; readonly isOut: boolean; readonly hint?: string }[]> {
    const accounts = settings.accounts ?? [];
    if (accounts.length < 2 || isWrapped(settings)) return [];
    const looks = await Promise.all(
      accounts.map(async ({ name: account }) => {
        const { installed, login, hint } = await discover(settingsOfAccount(settings, account) ?? settings);
        const isOut = installed && login === "logged_out";
        return { login: { agent, account }, isOut, ...(hint === undefined ? {} : { hint }) };
      }),
    );
    // Where none is left, the agent as a whole gets nothing, and is told of as that.
    return looks.every(({ isOut }) => isOut) ? [] : looks;
  }

  return async (project) => {
    const pools = Object.entries(project.agents).map(([name, settings]) => ofPool(name, settings));
    const looks = (await Promise.all(pools)).flat();
    for (const { login, isOut, hint } of looks) {
      const name = `${login.agent} ${login.account}`;
      // Once, not at every look, whichever projects are looked at in between.
      if (isOut && !told.has(name)) {
        const fields = { ...login, ...(hint === undefined ? {} : { hint }) };
        logger.warn(fields, "an account is logged out, and gets no tasks until it is logged in");
      }
      if (isOut) told.add(name);
      else told.delete(name);
    }
    return looks.flatMap(({ login, isOut }) => (isOut ? [login] : []));
  };
}

/** Another program stands before the driver's own, and its login is its own affair. */
function isWrapped({ command, driver }: AgentSettings): boolean {
  return basename(command[0] ?? driver) !== driver;
}

function viewOf(agent: {
  readonly name: string;
  readonly settings: AgentSettings;
  readonly found: AgentDiscovery;
  readonly capabilities: AgentCapabilities;
}): AgentView {
  const { name, settings, found, capabilities } = agent;
  const { installed, path, version, login, hint } = found;
  return {
    name,
    driver: settings.driver,
    installed,
    login,
    capabilities: capabilityNames.filter((name) => capabilities[name]),
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { version }),
    ...(settings.model === undefined ? {} : { model: settings.model }),
    ...(hint === undefined ? {} : { hint }),
    ...(settings.accounts === undefined ? {} : { accounts: settings.accounts.map((account) => account.name) }),
  };
}
