import { environmentPlaceholders, strangePlaceholders, type EnvironmentSettings, type PortRules } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaults } from "./defaults.ts";
import { filled } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";
import { looksSecret } from "./interpolate.ts";
import type { OwnAndProject } from "./resolve-sandbox.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** What orch says itself, and what starts something else than what was meant. */
const TAKEN = /^(?:ORCH_.*|TASK_ID|COMPOSE_PROJECT_NAME|HOME|PATH|(?:LD|DYLD)_.*|NODE_OPTIONS|BASH_ENV|ENV)$/i;
/** In a text for people. */
const LONGEST = 40;

/** The ports and variables of tasks. The person's own variables and the repository's stay apart: not all reach agents. */
export function resolveEnvironment({ own, project }: OwnAndProject, findings: Findings): EnvironmentSettings {
  const ports = filled(defaults.environment.ports, own.environment?.ports);
  if (ports.size > 0 && ports.base + ports.size - 1 > ports.last) {
    findings.problem(["environment", "ports", "last"], "leaves no room for a single block");
  }
  const texts = (file: ConfigFile): Readonly<Record<string, string>> => file.environment?.variables ?? {};
  for (const [name, template] of [...Object.entries(texts(own)), ...Object.entries(texts(project))]) {
    checkVariable({ name, template, ports }, findings);
  }
  return { ports, variables: texts(own), projectVariables: texts(project) };
}

function checkVariable(
  { name, template, ports }: { readonly name: string; readonly template: string; readonly ports: PortRules },
  findings: Findings,
): void {
  const path = ["environment", "variables", name];
  if (!NAME.test(name)) findings.problem(path, "is not a name of a variable");
  else if (TAKEN.test(name)) findings.problem(path, "is a variable that can't be set here");
  else if (looksSecret(name)) findings.problem(path, "looks like a secret, which no session may hold");
  if (template.includes("\0")) findings.problem(path, "holds a character that no variable can have");
  for (const strange of strangePlaceholders(template, ports.size)) {
    findings.problem(path, `holds {{${strange.slice(0, LONGEST)}}}: ${meaning(strange, ports.size)}`);
  }
}

function meaning(placeholder: string, size: number): string {
  if (/^port(?:_\d+)?$/.test(placeholder)) return `tasks have ${size} ports (environment.ports.size)`;
  return `placeholders are ${environmentPlaceholders.join(", ")}, and port_0 and on`;
}
