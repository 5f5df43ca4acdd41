import type { AgentReport } from "@orch/core";

import { balancedObjects } from "./balanced-objects.ts";
import { parseRepairedObject, type JsonObject } from "./parse-json.ts";
import { AgentReportSchema } from "./report-schema.ts";

/** What a text holds in the way of a final report. */
export type ParsedReport =
  | { readonly kind: "report"; readonly report: AgentReport }
  /** Nothing in the text looks like a report. Prose is never a report, however cheerful. */
  | { readonly kind: "absent" }
  /** Something looks like a report but is not one; `problem` says why in one sentence. */
  | { readonly kind: "invalid"; readonly problem: string };

const TAIL = 1_048_576;
const TRIES = 16;
const SPANS = 256;
const KEY = '"status"';
const OTHER_KEYS = [
  "summary",
  "accomplished",
  "remaining",
  "files",
  "files_changed",
  "learnings",
  "blockers",
  "delegations",
  "needs_help",
] as const;

/**
 * Finds the agent's final report in its closing words: the last fenced `json` block, else the whole text or the last
 * balanced object in it that looks like a report. Only the last 1 Mi characters are looked at, with a bounded number
 * of tries; never throws.
 */
export function parseReport(text: string): ParsedReport {
  const tail = text.slice(-TAIL);
  const fenced = lastFencedReport(tail);
  const candidate = fenced === undefined ? undefined : parseRepairedObject(fenced);
  if (looksLikeReport(candidate)) return validate(candidate);
  const found = balancedObjects(tail, SPANS);
  if (found.unclosed !== undefined && beginsReport(tail, found.unclosed)) {
    return { kind: "invalid", problem: "the report breaks off before its end" };
  }
  const spans = found.spans
    .filter((span) => tail.slice(span.start, span.end).includes(KEY))
    .slice(-TRIES)
    .toReversed();
  let broken = fenced !== undefined && candidate === undefined;
  for (const { start, end } of spans) {
    const value = parseRepairedObject(tail.slice(start, end));
    if (looksLikeReport(value)) return validate(value);
    broken ||= value === undefined && beginsReport(tail.slice(0, end), start);
  }
  return broken ? { kind: "invalid", problem: "the report is not valid JSON" } : { kind: "absent" };
}

/** Other JSON has a `status` too (logs, HTTP samples): a report has more of its own keys, or nothing else at all. */
function looksLikeReport(value: JsonObject | undefined): value is JsonObject {
  if (value === undefined || !Object.hasOwn(value, "status")) return false;
  if (OTHER_KEYS.some((key) => Object.hasOwn(value, key))) return true;
  return Object.keys(value).length === 1 && AgentReportSchema.safeParse(value).success;
}

/** The same question for text that can't be read as JSON. */
function beginsReport(text: string, start: number): boolean {
  return (
    /^\{\s*"status"\s*:\s*"(?:done|in_progress|blocked|needs_review)"/.test(text.slice(start, start + 200)) ||
    (text.includes(KEY, start) && text.includes('"summary"', start))
  );
}

/** The body of the last fenced block that is marked `json` and speaks of a status. */
function lastFencedReport(text: string): string | undefined {
  for (let from = text.length, tries = 0; tries < TRIES; tries += 1) {
    const fence = text.lastIndexOf("```json", from);
    if (fence === -1) return undefined;
    const start = fence + "```json".length;
    const end = closingFence(text, start);
    const body = text.slice(start, end).trim();
    if (body.startsWith("{") && body.includes(KEY)) return body;
    if (fence === 0) return undefined;
    from = fence - 1;
  }
  return undefined;
}

/** A closing fence stands at the start of a line: JSON strings have no raw line ends, so none is inside one. */
function closingFence(text: string, start: number): number {
  const end = text.indexOf("\n```", start);
  return end === -1 ? text.length : end;
}

function validate(value: JsonObject): ParsedReport {
  const result = AgentReportSchema.safeParse(value);
  if (result.success) return { kind: "report", report: result.data };
  const [issue] = result.error.issues;
  const where = issue === undefined ? "" : issue.path.map(String).join(".");
  const what = issue?.message ?? "it does not fit the schema";
  return { kind: "invalid", problem: `the report's ${where === "" ? "shape" : where} is off: ${what}`.slice(0, 500) };
}
