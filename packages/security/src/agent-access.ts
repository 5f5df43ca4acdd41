import type { AgentDriver, AgentSettings, Conceal, EgressRules, Random, Redactor, SandboxSecret } from "@orch/core";

import { isSecretName } from "./child-environment.ts";

/** What an agent may reach, and the keys that it may use. */
export interface AgentAccess {
  /** Absent: the person opened the network for this agent. */
  readonly egress?: EgressRules;
  /** The settings' variables with placeholders in place of keys. */
  readonly env: Readonly<Record<string, string>>;
  /** Grows with what is concealed. */
  readonly secrets: readonly SandboxSecret[];
  /** For the driver; absent: the person lets its runs hold their login. */
  readonly conceal?: Conceal;
}

const ALL = "*";

/** What access is worked out with. */
export interface AccessParts {
  readonly driver: AgentDriver;
  readonly random: Random;
  /** Learns every value. */
  readonly redactor: Redactor;
}

/**
 * Works out an agent's access from its settings: the service that they name, else the driver's, and what the person
 * allowed on top. Keys may go to the service alone; where there is none, to what was allowed.
 */
export async function accessOf(
  settings: AgentSettings,
  { driver, random, redactor }: AccessParts,
): Promise<AgentAccess> {
  const { egress: allowed = [], endpoints = [] } = settings;
  const service = endpoints.length > 0 ? [] : (driver.endpoints?.(settings) ?? []);
  const named = [...endpoints.map((text) => new URL(text).hostname), ...service];
  const hosts = (named.length > 0 ? named : allowed).filter((host) => host !== ALL).map((host) => withoutPort(host));
  const secrets: SandboxSecret[] = [];
  const conceal: Conceal = ({ name, value, stays = false, shape = (word) => word }) => {
    const stand = shape(`placeholder-${random.token(32)}`);
    secrets.push({ name, placeholder: stand, value, hosts, ...(stays ? { stays } : {}) });
    redactor.register([value]);
    return stand;
  };
  const env = Object.fromEntries(
    Object.entries(settings.env).map(([name, value]) =>
      isSecretName(name) && value !== "" ? [name, conceal({ name, value })] : [name, value],
    ),
  );
  const copied = settings.login === "copied";
  if (copied) redactor.register((await driver.credentials?.(settings)) ?? []);
  return {
    ...(allowed.includes(ALL) ? {} : { egress: { allow: [...service, ...allowed], endpoints } }),
    env,
    secrets,
    ...(copied ? {} : { conceal }),
  };
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
