import type { AttemptView, ReceiptView } from "@orch/api";

import { oneLine, printable, type Style } from "./style.ts";
import { renderReceipt } from "./task.ts";

const TAIL_LINES = 6;

/** How an attempt was judged: each check with the end of its output where it failed, and what the next one is told. */
export function renderVerdict({ attempt, verdict, receipts, lesson }: AttemptView, style: Style): string {
  const lines = receipts.map((receipt) => renderProof(receipt, style));
  if (verdict === undefined || verdict.kind === "pass") {
    return [...lines, style.green(`attempt ${attempt} passes`)].join("\n");
  }
  const why = `${verdict.reason ?? verdict.kind}, ${oneLine(verdict.detail ?? "")}`;
  lines.push(style.yellow(`attempt ${attempt} does not pass: ${why}`));
  if (lesson !== undefined) lines.push(style.dim(`the next one is told: ${oneLine(lesson)}`));
  return lines.join("\n");
}

function renderProof(receipt: ReceiptView, style: Style): string {
  const line = `${style.bold("orch checks")} ${renderReceipt(receipt, style)}`;
  if (receipt.ok) return line;
  const tail = printable(receipt.outputTail.trimEnd(), style).split("\n").slice(-TAIL_LINES);
  return [line, ...tail.filter((text) => text.trim() !== "").map((text) => `    ${text.trim()}`)].join("\n");
}
