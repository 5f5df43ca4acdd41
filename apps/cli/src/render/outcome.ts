import type { CommandResults } from "@orch/api";

import { renderConfinement } from "./confinement.ts";
import { oneLine, type Style } from "./style.ts";
import { renderDiffStat, renderReceipt, renderUsage, statusCell } from "./task.ts";

/** How `orch run` ended: the branch, what changed, the receipts, the cost, and what to type next. */
export function renderOutcome(
  { task, attempts, branch, receipts, usage }: CommandResults["run"],
  style: Style,
): string {
  const status = statusCell(task.status, style);
  const isChecked = task.status === "in_review" || task.status === "done";
  const lines = ["", `${style.bold(task.id)} ${status.mark?.(task.status) ?? task.status}: ${oneLine(task.title)}`];
  const why = [task.reason, task.detail].filter((text) => text !== undefined);
  if (why.length > 0) lines.push(why.map((text) => oneLine(text)).join(": "));
  if (task.hint !== undefined) lines.push(style.dim(oneLine(task.hint)));
  if (branch !== null) lines.push(`branch   ${style.bold(branch)}`);
  const diff = attempts.at(-1)?.diff;
  if (diff !== undefined) lines.push("changes", indent(renderDiffStat(diff, style)));
  if (receipts.length > 0) lines.push("checks", ...receipts.map((receipt) => indent(renderReceipt(receipt, style))));
  else if (isChecked) lines.push(style.yellow("no check was run: name the project's checks in .orch.yml"));
  lines.push(renderUsage(usage));
  const confinement = attempts.at(-1)?.confinement;
  if (confinement !== undefined) lines.push(renderConfinement(confinement, style));
  const next = nextSteps(task);
  if (next.length > 0) lines.push("", "next", ...next.map((command) => `  ${style.cyan(command)}`));
  return `${lines.join("\n")}\n`;
}

function nextSteps(task: CommandResults["run"]["task"]): readonly string[] {
  if (task.status === "in_review") return [`orch task diff ${task.id}`, `orch task merge ${task.id}`];
  if (task.status === "done") return [`orch task diff ${task.id}`];
  if (task.status === "needs_review" && task.reason === "interrupted") return [`orch run --resume ${task.id}`];
  if (task.reason === "wrote_outside" && task.branch !== undefined) {
    return [`orch task diff ${task.id}`, `orch task merge ${task.id}`, `orch task retry ${task.id}`];
  }
  if (task.reason === "untrusted_task") return [`orch task get ${task.id}`, `orch task trust ${task.id}`];
  if (task.status === "needs_review") return [`orch task get ${task.id}`, `orch task retry ${task.id}`];
  return task.status === "cancelled" ? [`orch run --resume ${task.id}`] : [`orch task get ${task.id}`];
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
