import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import { renderTable, type Canvas } from "./table.ts";

type Agent = CommandResults["agents"]["agents"][number];

/** The agents: whether they are here, and who rests until when. */
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
  return [table, ...agents.flatMap((agent) => restLines(agent)).map((line) => style.yellow(line))].join("\n");
}

function restLines({ name, rests = [] }: Agent): readonly string[] {
  return rests.map(({ account, model, reason, until }) => {
    const part = [account === undefined ? "" : ` account ${account}`, model === undefined ? "" : ` model ${model}`];
    const when = new Date(until).toISOString().slice(0, 16).replace("T", " ");
    return oneLine(`${name}${part.join("")} rests until ${when} UTC: ${reason}`);
  });
}
