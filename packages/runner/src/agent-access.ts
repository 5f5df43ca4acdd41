import type { AgentDriver, AgentSettings, EgressRules, Random, SandboxSecret } from "@orch/core";
import { isSecretName } from "@orch/security";

/** What an agent may reach, and the keys that it may use. */
export interface AgentAccess {
  /** Absent: the person opened the network for this agent. */
  readonly egress?: EgressRules;
  /** The settings' variables with placeholders in place of keys. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly SandboxSecret[];
}

const ALL = "*";

/**
 * Works out an agent's access from its settings: the service that they name, else the driver's, and what the person
 * allowed on top. Keys may go to the service alone; where there is none, to what was allowed.
 */
export function accessOf(
  settings: AgentSettings,
  { driver, random }: { readonly driver: AgentDriver; readonly random: Random },
): AgentAccess {
  const { egress: allowed = [], endpoints = [] } = settings;
  const service = endpoints.length > 0 ? [] : (driver.endpoints?.(settings) ?? []);
  const named = [...endpoints.map((text) => new URL(text).hostname), ...service];
  const hosts = (named.length > 0 ? named : allowed).filter((host) => host !== ALL).map((host) => withoutPort(host));
  const secrets = Object.entries(settings.env).flatMap(([name, value]): readonly SandboxSecret[] =>
    isSecretName(name) && value !== "" ? [{ name, placeholder: placeholder(random), value, hosts }] : [],
  );
  const placeholders = Object.fromEntries(secrets.map((secret) => [secret.name, secret.placeholder]));
  return {
    ...(allowed.includes(ALL) ? {} : { egress: { allow: [...service, ...allowed], endpoints } }),
    env: { ...settings.env, ...placeholders },
    secrets,
  };
}

function placeholder(random: Random): string {
  return `placeholder-${random.token(32)}`;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
