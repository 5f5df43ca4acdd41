import {
  secretInAddress,
  type AgentDriver,
  type AgentSettings,
  type Conceal,
  type EgressRules,
  type Random,
  type Redactor,
  type SandboxSecret,
} from "@orch/core";

import { isSecretName } from "./child-environment.ts";
import { isWeb, plainSecrets } from "./plain-secrets.ts";

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
const HEADERS = /(?:^|_)HEADERS?$/i;
/** `Name: value`, a line each (Claude Code's `ANTHROPIC_CUSTOM_HEADERS`). */
const HEADER = /^([^:\n]+:[ \t]*)(\S.*)$/gm;

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
    Object.entries(settings.env).map(([name, value]) => [name, concealed({ name, value }, conceal)]),
  );
  redactor.register(plainSecrets(settings));
  const copied = settings.login === "copied";
  if (copied) redactor.register((await driver.credentials?.(settings)) ?? []);
  return {
    ...(allowed.includes(ALL) ? {} : { egress: { allow: [...service, ...allowed], endpoints } }),
    env,
    secrets,
    ...(copied ? {} : { conceal }),
  };
}

/** A variable's value with placeholders for what in it is secret: all of it, its headers' values, or an address's password. */
function concealed(variable: { readonly name: string; readonly value: string }, conceal: Conceal): string {
  const { name, value } = variable;
  if (value === "") return value;
  if (HEADERS.test(name)) {
    return value.replaceAll(HEADER, (_, before: string, text: string) => before + conceal({ name, value: text }));
  }
  if (isSecretName(name)) return conceal(variable);
  const inAddress = secretInAddress(value);
  if (inAddress === undefined || !isWeb(inAddress)) return value;
  return inAddress.with(conceal({ name, value: inAddress.secret }));
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
