import type { CommandResults } from "@orch/api";
import { printableJson } from "@orch/security";

import { renderBudgets } from "./forges.ts";
import { oneLine } from "./style.ts";
import { renderTable, type Canvas, type Cell } from "./table.ts";
import { daysLine } from "./webhooks.ts";

const UNTOLD = "not told";

type Cost = CommandResults["cost"];

/** What was used up, row by row with a sum. Money without a known price is not made up: it is said to be missing. */
export function renderCost({ by, rows, total, pricesAsOf }: Cost, canvas: Canvas): string {
  if (total.attempts === 0 && by !== "period") return "No attempt has ended in this time, so there is no cost to show.";
  const shown = by === "period" ? rows : [...rows, total];
  const table = renderTable(
    [by.toUpperCase(), "ATTEMPTS", "INPUT", "CACHED", "OUTPUT", "COST (USD)"],
    shown.map((row) => cellsOf(row)),
    canvas,
  );
  const missing = Math.max(...shown.map(({ unpricedTokens }) => unpricedTokens ?? 0));
  const untold = Math.max(...shown.map(({ untoldAttempts }) => untoldAttempts));
  return [
    table,
    ...(missing > 0
      ? [canvas.style.yellow(`+ marks cost without ${missing} tokens whose price is unknown; set pricing.models`)]
      : []),
    ...(untold > 0
      ? [canvas.style.yellow(`Without ${untold} attempt${untold === 1 ? "" : "s"} whose agents told no tokens`)]
      : []),
    ...(pricesAsOf === null
      ? []
      : [canvas.style.dim(`Agents' own figures first, else list prices as of ${oneLine(pricesAsOf)}`)]),
  ].join("\n");
}

function cellsOf(row: Cost["rows"][number]): readonly Cell[] {
  const { key, attempts, costUsd, unpricedTokens } = row;
  const cost = costUsd === null ? UNTOLD : `${costUsd.toFixed(4)}${(unpricedTokens ?? 0) > 0 ? "+" : ""}`;
  const figures = [row.inputTokens, row.cachedInputTokens, row.outputTokens].map((figure) => String(figure ?? UNTOLD));
  return [key, String(attempts), ...figures, cost].map((text) => ({ text }));
}

/** How attempts fared (seed row A143). */
export function renderMetrics(data: CommandResults["metrics"], canvas: Canvas): string {
  const { hours, attempts, forges, webhooks } = data;
  const asked = [
    ...(webhooks.total === 0 ? [] : [`Webhooks in ${daysLine(webhooks)}`]),
    ...(forges.length === 0 ? [] : [renderBudgets(forges, canvas)]),
  ];
  if (attempts === 0) return [`No attempt has ended in the last ${hours} hours.`, ...asked].join("\n\n");
  return [...fared(data, canvas), ...asked].join("\n\n");
}

function fared(data: CommandResults["metrics"], canvas: Canvas): readonly string[] {
  const { hours, attempts, passed, failed, limited, outcomes, byAgent, byComplexity } = data;
  const percent = (rate: number): string => `${Math.round(rate * 100)} %`;
  return [
    `Last ${hours} hours: ${attempts} attempts, ${passed} passed, ${failed} did not, ${limited} met a limit`,
    renderTable(
      ["AGENT", "ATTEMPTS", "PASSED", "TIMED OUT", "SUCCESS"],
      byAgent.map((row) => [row.agent, row.attempts, row.passed, row.timedOut, percent(row.successRate)].map(cell)),
      canvas,
    ),
    renderTable(
      ["COMPLEXITY", "ATTEMPTS", "AVERAGE"],
      byComplexity.map((row) => [row.complexity, row.attempts, `${row.averageSeconds} s`].map(cell)),
      canvas,
    ),
    renderTable(
      ["OUTCOME", "COUNT"],
      outcomes.map(({ outcome, count }) => [outcome, count].map(cell)),
      canvas,
    ),
  ];
}

function cell(value: string | number): Cell {
  return { text: String(value) };
}

/** The digest's insight for people; all of it with `--json`. Digests of earlier versions have none. */
export function renderDigest({ task, attempt, digest }: CommandResults["task digest"], { style }: Canvas): string {
  const insight = insightOf(digest);
  if (insight === "")
    return `${style.bold(`${task.id}, attempt ${attempt}`)}\n\n${printableJson(JSON.stringify(digest, null, 2))}`;
  const lines = insight.split("\n").map((line) => {
    const [, head] = /^#+ (.*)$/.exec(line) ?? [];
    return head === undefined ? oneLine(line) : style.bold(oneLine(head));
  });
  return lines.join("\n");
}

function insightOf(digest: unknown): string {
  if (typeof digest !== "object" || digest === null || !("insight" in digest)) return "";
  return typeof digest.insight === "string" ? digest.insight : "";
}
