import type { AttemptView, ReceiptView } from "@orch/api";

import { oneLine, printable, type Style } from "./style.ts";
import { renderReceipt } from "./task.ts";

const TAIL_LINES = 6;

/** How an attempt was judged: each check with the end of its output where it failed, and what follows. */
export function renderVerdict({ attempt, verdict, receipts }: AttemptView, style: Style): string {
  const lines = receipts.map((receipt) => renderProof(receipt, style));
  if (verdict === undefined || verdict.kind === "pass") {
    return [...lines, style.green(`attempt ${attempt} passes`)].join("\n");
  }
  const told = verdict.kind === "retryable" ? "; the next one is told" : "";
  const why = `${verdict.reason ?? verdict.kind}, ${oneLine(verdict.detail ?? "")}`;
  return [...lines, style.yellow(`attempt ${attempt} does not pass: ${why}${told}`)].join("\n");
}

function renderProof(receipt: ReceiptView, style: Style): string {
  const line = `${style.bold("orch checks")} ${renderReceipt(receipt, style)}`;
  if (receipt.ok) return line;
  const tail = printable(receipt.outputTail.trimEnd(), style).split("\n").slice(-TAIL_LINES);
  return [line, ...tail.filter((text) => text.trim() !== "").map((text) => `    ${text}`)].join("\n");
}
