import type { PastAttempt, Receipt } from "@orch/core";

import { commandLine } from "./command-line.ts";
import { cutEnd, cutList, cutStart } from "./cut-text.ts";
import type { Envelope } from "./envelope.ts";

const MOST_TEXT = 4096;
const MOST_COMMAND = 2048;
const MOST_LINES = 50;
const MOST_RECEIPTS = 5;

/** One earlier attempt as facts: how it ended, what failed, what it learnt, what it changed. */
export function pastAttemptText(past: PastAttempt, envelope: Envelope): string {
  const { attempt, receipts } = past;
  const { verdict, report, diff, lesson, said = [] } = attempt;
  const ending = verdict === undefined ? "it never ended" : verdictText(verdict);
  const failing = receipts.filter((receipt) => receipt.exitCode !== 0 || receipt.timedOut);
  const parts = [
    `How it ended: ${ending}`,
    ...section("What it said", report === undefined ? [] : [report.summary]),
    ...section("Left to do", report?.remaining ?? []),
    ...section("What it learnt", report?.learnings ?? []),
    ...section("Files it changed", diff?.files.map(({ path, change }) => `${path} (${change})`) ?? report?.files ?? []),
    ...failing.slice(0, MOST_RECEIPTS).map(receiptText),
    ...section(
      "What people told it meanwhile",
      said.map(({ from, text }) => `${from}: ${text}`),
    ),
    ...section("Lesson", lesson === undefined ? [] : [lesson]),
  ];
  return envelope.wrap(`attempt ${attempt.attempt} by ${attempt.assignment.agent}`, parts.join("\n"));
}

function verdictText(verdict: NonNullable<PastAttempt["attempt"]["verdict"]>): string {
  if (verdict.kind === "pass") return "it passed";
  return `${verdict.reason} – ${cutEnd(verdict.detail, MOST_TEXT)}`;
}

function section(title: string, items: readonly string[]): readonly string[] {
  const [only] = items;
  if (only === undefined || items.every((item) => item.trim() === "")) return [];
  if (items.length === 1) return [`${title}: ${cutEnd(only, MOST_TEXT)}`];
  const lines = cutList(items, MOST_LINES).map((item) => `- ${cutEnd(item, 500)}`);
  return [cutEnd(`${title}:\n${lines.join("\n")}`, 2 * MOST_TEXT)];
}

/** What a check came to, with the end of its output. */
export function receiptText(receipt: Receipt): string {
  const end = receipt.timedOut ? "ran out of time" : `ended with ${receipt.exitCode ?? "a signal"}`;
  const output = cutStart(receipt.outputTail, MOST_TEXT);
  const what = cutEnd(`${receipt.check} (${commandLine(receipt.argv)})`, MOST_COMMAND);
  return `Check ${what} ${end}. The end of its output:\n${output}`;
}
