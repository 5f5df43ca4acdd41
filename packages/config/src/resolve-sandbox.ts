import type { AgentSettings, CommandNetwork, SandboxMode } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaults } from "./defaults.ts";
import { present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";

/** The two kinds of files, each with its paths absolute. */
export interface OwnAndProject {
  /** What the person wrote. */
  readonly own: ConfigFile;
  /** What whoever writes the repository wrote. */
  readonly project: ConfigFile;
}

/** From lax to strict: `auto` is never less than `bwrap`, and `srt` what it aims at. */
const MODES: readonly SandboxMode[] = ["none", "bwrap", "auto", "srt"];
const NETWORKS: readonly CommandNetwork[] = ["open", "none"];
const ADDRESS = /\bhttps?:\/\/(?:\[[\da-fA-F:.]+\])?[^\s"'`,;)\]}<>\\]*/g;

/** The sandbox's keys, resolved. */
export interface ResolvedSandbox {
  readonly sandbox: SandboxMode;
  readonly commandNetwork: CommandNetwork;
  readonly sandboxRead: readonly string[];
}

/** A project's own file may ask for more confinement, never for less: whoever writes a repository is not its reader. */
export function resolveSandbox({ own, project }: OwnAndProject, findings: Findings): ResolvedSandbox {
  if (project.sandbox?.read !== undefined) findings.notice(["sandbox", "read"], ONLY_OWN);
  return {
    sandbox: stricter(MODES, {
      own: own.sandbox?.mode ?? defaults.sandbox.mode,
      asked: project.sandbox?.mode,
      loosened() {
        const where = "projects: [{path, sandbox}] of the global config.yml";
        findings.notice(["sandbox", "mode"], `can't be loosened by a project's file; use ${where}`);
      },
    }),
    commandNetwork: stricter(NETWORKS, {
      own: own.sandbox?.network ?? defaults.sandbox.network,
      asked: project.sandbox?.network,
      loosened: () => findings.notice(["sandbox", "network"], "can't be loosened by a project's file"),
    }),
    sandboxRead: own.sandbox?.read ?? [],
  };
}

const ONLY_OWN = "counts in the global config.yml only, and is passed over here";

/** The stricter of what the person and the project say; `order` goes from lax to strict. */
export function stricter<Value extends string>(
  order: readonly Value[],
  from: { readonly own: Value; readonly asked: Value | undefined; loosened(): void },
): Value {
  const { own, asked = own } = from;
  if (order.indexOf(asked) >= order.indexOf(own)) return asked;
  from.loosened();
  return own;
}

/**
 * Where agents may go and where their keys are sent: what the person's own file says, and nothing else. An address in
 * an agent's command, arguments, variables or options is the address of its model's service.
 */
export function withEgress(
  agents: Readonly<Record<string, AgentSettings>>,
  { own }: Pick<OwnAndProject, "own">,
): Readonly<Record<string, AgentSettings>> {
  return Object.fromEntries(
    Object.entries(agents).map(([name, settings]) => {
      const { egress, login, env, args, command, options } = own.agents?.[name] ?? {};
      const endpoints = addressesIn([env, args, command, options]);
      const known = endpoints.length === 0 ? undefined : endpoints;
      return [name, { ...settings, ...present({ egress, login, endpoints: known }) }];
    }),
  );
}

function addressesIn(value: unknown): readonly string[] {
  const found = JSON.stringify(value)?.match(ADDRESS) ?? [];
  return [...new Set(found.flatMap((text) => (URL.canParse(text) ? [new URL(text).origin] : [])))];
}
