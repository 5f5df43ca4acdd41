import type { CommandResults } from "@orch/api";

import { renderConfinement } from "./confinement.ts";
import { oneLine, type Style } from "./style.ts";
import { renderUsage } from "./task.ts";

type Smoke = NonNullable<CommandResults["doctor"]["smoke"]>;
type Agent = Smoke["agents"][number];

const INDENT = " ".repeat(11);
const NOT_READY: Readonly<Record<string, string>> = {
  not_installed: "not installed, so it was not tried",
  logged_out: "not logged in, so it was not tried",
};

/** What is going to happen, and what it may cost. */
export function renderSmokePlan(of: {
  readonly ready: readonly { readonly name: string; readonly version?: string | undefined }[];
  readonly limits: Smoke["limits"];
}): string {
  const { ready, limits } = of;
  if (ready.length === 0) return "No agent is ready to be tried.\n";
  const names = ready.map(({ name, version }) => oneLine(version === undefined ? name : `${name} (${version})`));
  return [
    `A small job for ${names.join(", ")}: run a command, edit a file, report.`,
    "It is done in a throw-away repository and your sandbox, with your accounts, and costs what they cost:",
    `at most ${limits.seconds} s and ${dollars(limits.costUsd)} for each agent. Ctrl-C stops it and leaves nothing.`,
    "",
  ].join("\n");
}

/** What came of it, agent by agent. */
export function renderSmoke({ agents }: Smoke, style: Style): readonly string[] {
  const heading = style.bold("A small job with each agent");
  return ["", heading, ...agents.flatMap((agent) => renderAgent(agent, style))];
}

function renderAgent(agent: Agent, style: Style): readonly string[] {
  const mark = { ok: style.green("✓"), failed: style.red("✗"), not_ready: style.yellow("!") }[agent.state];
  const { reason = "", detail, hint, usage, confinement } = agent;
  const told = {
    ok: "did it: the commit, the check, the report and the exit record are there, and no key is left",
    failed: `${reason}: ${oneLine(detail ?? "")}`,
    not_ready: NOT_READY[reason] ?? reason,
  }[agent.state];
  const facts = [
    ...(agent.seconds === undefined ? [] : [`${agent.seconds.toFixed(1)} s`]),
    ...(agent.model === undefined ? [] : [oneLine(agent.model)]),
    ...(usage === undefined ? [] : [renderUsage(usage)]),
  ];
  return [
    `${mark} ${agent.agent.padEnd(8)} ${told}`,
    ...(facts.length === 0 ? [] : [`${INDENT}${facts.join(", ")}`]),
    ...(confinement === undefined ? [] : [`${INDENT}${renderConfinement(confinement, style)}`]),
    ...(hint === undefined ? [] : [style.dim(`${INDENT}${oneLine(hint)}`)]),
  ];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
