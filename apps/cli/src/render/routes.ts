import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import { renderTable, type Canvas } from "./table.ts";

/** Who would do a task, and why. */
export function renderRoute(data: CommandResults["task route"], canvas: Canvas): string {
  const { task, agent, model, complexity, why, log, learned } = data;
  const { style } = canvas;
  return [
    agent === null
      ? `Nobody can do ${task.id}: ${oneLine(why)}`
      : `${task.id} → ${style.bold(agent)} (complexity: ${complexity ?? "?"}${model === undefined ? "" : `, model: ${oneLine(model)}`}, reason: ${oneLine(why)})`,
    ...log.map((line) => style.dim(`  ${oneLine(line)}`)),
    ...(learned === undefined ? [] : ["", renderLearned(learned, canvas)]),
  ].join("\n");
}

/** How a task's agent was chosen, and where the router learns what it knew of each candidate. */
export function renderExplanation(data: CommandResults["route explain"], canvas: Canvas): string {
  const { task, log, weights, learned } = data;
  const { style } = canvas;
  return [
    log.length === 0
      ? `${task.id} has not been routed yet; see: orch task route ${task.id}`
      : `${task.id}${task.agent === undefined ? "" : ` → ${style.bold(task.agent)}`}`,
    ...(task.warning === undefined ? [] : [style.yellow(`  ! ${oneLine(task.warning)}`)]),
    ...log.map((line) => style.dim(`  ${oneLine(line)}`)),
    ...(weights.some(({ weight }) => weight < 1)
      ? [`weights now: ${weights.map(({ agent, weight }) => `${agent} ${weight.toFixed(2)}`).join(", ")}`]
      : []),
    ...(learned === undefined ? [] : ["", renderLearned(learned, canvas)]),
  ].join("\n");
}

type Learned = NonNullable<CommandResults["route explain"]["learned"]>;
type Stats = CommandResults["route stats"];
type Known = Learned["candidates"][number] | Stats["rows"][number];

function renderLearned({ candidates, agent, mode }: Learned, canvas: Canvas): string {
  const head = [mode === "on" ? "LEARNED" : "LOOKED ON", ...HEAD, "DRAWN", "LEAST SHARE", "FLOOR"];
  const rows = candidates.map((one) => {
    const drawn = one.drawn === undefined ? "" : percent(one.drawn);
    return [
      `${nameOf(one)}${one.agent === agent ? " ←" : ""}`,
      ...cells(one),
      drawn,
      percent(one.share),
      FLOORS[one.floor],
    ];
  });
  return renderTable(
    head,
    rows.map((row) => row.map((text) => ({ text }))),
    canvas,
  );
}

/** What was learned of who is good at what. */
export function renderStats({ rows, mode, shadow, project }: Stats, canvas: Canvas): string {
  const off = "router.learn is off, so none of this decides anything.";
  if (rows.length === 0) return `No task was decided yet, so nothing is known.${mode === "off" ? ` ${off}` : ""}`;
  const head = [...(project === null ? ["PROJECT"] : []), "COMPLEXITY", "KIND", "AGENT", ...HEAD, "FLOOR"];
  const table = renderTable(
    head,
    rows.map((row) => {
      const about = [...(project === null ? [row.project] : []), row.complexity, row.kind ?? "-", nameOf(row)];
      return [...about, ...cells(row), FLOORS[row.floor]].map((text) => ({ text }));
    }),
    canvas,
  );
  const { choices, agreed, gain } = shadow;
  const looked = `Looked on at ${choices} choices in 30 days, agreed with ${agreed}; expected of its own: ${signed(gain)} reward for each.`;
  return [table, ...(choices === 0 ? [] : [looked]), ...(mode === "off" ? [canvas.style.dim(off)] : [])].join("\n\n");
}

const HEAD = ["TASKS", "LANDED", "REWORKED", "LOST", "USD EACH", "REWARD", "90 %"];
const FLOORS: Readonly<Record<Known["floor"], string>> = {
  unproven: "unproven: keeps its turns",
  held_back: "held back: its share alone",
  none: "",
};

function nameOf({ agent, model }: Known): string {
  return model === undefined ? agent : `${agent} (${model})`;
}

function cells({ tasks, landed, reworked, lost, costUsd, mean, costTerm, low, high }: Known): readonly string[] {
  const money = costUsd === undefined ? "-" : costUsd.toFixed(4);
  const reward = costTerm === 0 ? percent(mean) : `${percent(mean)} - ${percent(costTerm)}`;
  return [...[tasks, landed, reworked, lost].map(String), money, reward, `${percent(low)} to ${percent(high)}`];
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function signed(part: number): string {
  return `${part < 0 ? "" : "+"}${percent(part)}`;
}
