import {
  noCapabilities,
  parseAgentName,
  type AgentCapabilities,
  type AgentDiscovery,
  type AgentDriver,
  type AgentName,
  type AgentSettings,
  type Clock,
  type ProjectSettings,
} from "@orch/core";

import type { AgentView } from "./handlers/services.ts";

const FRESH_MS = 60_000;
const PATIENCE_MS = 5_000;
const capabilityNames = Object.keys(noCapabilities) as (keyof AgentCapabilities)[];

/** Finds out which configured agents are installed here. */
export interface AgentFinder {
  /** Installed agents of a project, in configured order. */
  available(project: ProjectSettings): Promise<readonly AgentName[]>;
  /** All of these agents with what was found of them. */
  views(agents: Readonly<Record<string, AgentSettings>>): Promise<readonly AgentView[]>;
}

/** Makes a finder that looks at most once a minute at each agent: looking starts programs. */
export function createAgentFinder(parts: {
  readonly drivers: Readonly<Record<string, AgentDriver>>;
  readonly clock: Clock;
}): AgentFinder {
  const known = new Map<string, { readonly until: number; readonly found: Promise<AgentDiscovery> }>();

  function discover(settings: AgentSettings): Promise<AgentDiscovery> {
    const now = parts.clock.monotonic();
    const key = JSON.stringify([settings.driver, settings.command, settings.home, Object.keys(settings.env)]);
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

  return {
    async available(project) {
      const names: AgentName[] = [];
      for (const [name, settings] of Object.entries(project.agents)) {
        const parsed = parseAgentName(name);
        if (parsed.ok && (await discover(settings)).installed) names.push(parsed.value);
      }
      return names;
    },
    views: (agents) =>
      Promise.all(
        Object.entries(agents).map(async ([name, settings]) =>
          viewOf({
            name,
            settings,
            found: await discover(settings),
            capabilities: parts.drivers[settings.driver]?.capabilities ?? noCapabilities,
          }),
        ),
      ),
  };
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
