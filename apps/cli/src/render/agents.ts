import type { CommandResults } from "@orch/api";

import { minuteOf, oneLine } from "./style.ts";
import { renderTable, type Canvas } from "./table.ts";

type Agent = CommandResults["agents"]["agents"][number];

/** The agents: whether they are here, what they can do, who rests until when, how much of their quota is used, and what went wrong last. */
export function renderAgents({ agents }: CommandResults["agents"], canvas: Canvas): string {
  const { style } = canvas;
  const table = renderTable(
    ["AGENT", "STATUS", "LOGIN", "VERSION"],
    agents.map(({ name, installed, login, version, hint }) => [
      { text: name, mark: style.bold },
      installed ? { text: "installed", mark: style.green } : { text: "missing", mark: style.yellow },
      { text: login },
      { text: version ?? hint ?? "" },
    ]),
    canvas,
  );
  const lines = agents.flatMap((agent) => [
    ...capabilityLines(agent),
    ...restLines(agent).map((line) => style.yellow(line)),
    ...quotaLines(agent).map(({ text, full }) => (full ? style.yellow(text) : text)),
    ...failureLines(agent).map((line) => style.dim(line)),
  ]);
  return [table, ...lines].join("\n");
}

const abilities: Readonly<Record<Agent["capabilities"][number], string>> = {
  steer: "takes messages while it works",
  interrupt: "stops cleanly",
  resume: "goes on with its conversation",
  approvals: "asks before it acts",
  usage: "tells its tokens",
  cost: "tells its cost",
  quota: "tells its quota",
  reportFile: "reports in a file",
};

function capabilityLines({ name, installed, capabilities }: Agent): readonly string[] {
  if (!installed || capabilities.length === 0) return [];
  return [oneLine(`${name} ${capabilities.map((capability) => abilities[capability]).join(", ")}`)];
}

function restLines({ name, rests = [] }: Agent): readonly string[] {
  return rests.map(({ account, model, reason, until }) => {
    const part = [account === undefined ? "" : ` account ${account}`, model === undefined ? "" : ` model ${model}`];
    return oneLine(`${name}${part.join("")} rests until ${minuteOf(until)} UTC: ${reason}`);
  });
}

function quotaLines({ name, quota = [] }: Agent): readonly { readonly text: string; readonly full: boolean }[] {
  return quota.map(({ account, window, status, usedPercent, resetsAt, seenAt }) => {
    const whose = account === undefined ? name : `${name} account ${account}`;
    const used = usedPercent === undefined ? status : `${usedPercent} % used`;
    const until = resetsAt === undefined ? "" : `, resets ${minuteOf(resetsAt)} UTC`;
    const text = oneLine(`${whose}, window ${window}: ${used}${until} (seen ${minuteOf(seenAt)})`);
    return { text, full: status !== "allowed" };
  });
}

function failureLines({ name, failures = [] }: Agent): readonly string[] {
  return failures.map(({ at, reason, detail, task }) =>
    oneLine(`${name} failed ${task} on ${minuteOf(at)} UTC, ${reason}: ${detail}`),
  );
}
