import type { Json, ReviewAnswer, ReviewIssue } from "@orch/core";

import { answerCandidates } from "./parse-answer.ts";
import { isJsonObject, type JsonObject } from "./parse-json.ts";

/** What a text holds in the way of a review. */
export type ParsedReview =
  | { readonly kind: "review"; readonly review: ReviewAnswer }
  /** One sentence on why there is none. */
  | { readonly kind: "invalid"; readonly problem: string };

type Decision = ReviewAnswer["decision"];

const MOST_ISSUES = 500;
const DECISIONS: Readonly<Record<string, Decision>> = {
  approve: "approve",
  approved: "approve",
  request_changes: "request_changes",
  requested_changes: "request_changes",
  changes_requested: "request_changes",
  reject: "reject",
  rejected: "reject",
};
const TESTS: Readonly<Record<string, ReviewAnswer["tests"]>> = {
  pass: "pass",
  passed: "pass",
  fail: "fail",
  failed: "fail",
  skip: "skipped",
  skipped: "skipped",
};
const SEVERITIES: Readonly<Record<string, ReviewIssue["severity"]>> = {
  error: "error",
  critical: "error",
  blocker: "error",
  high: "error",
  major: "error",
  warning: "warning",
  warn: "warning",
  medium: "warning",
  low: "warning",
  minor: "warning",
  info: "warning",
  nit: "warning",
};

/** The JSON Schema of a review (seed row A107); `id` is what tells this answer from one that the change quotes. */
export function reviewJsonSchema(id: string): Json {
  return {
    type: "object",
    additionalProperties: false,
    required: ["id", "decision", "notes", "test_results", "issues"],
    properties: {
      id: { type: "string", enum: [id] },
      decision: { type: "string", enum: ["approve", "request_changes", "reject"] },
      notes: { type: "string", description: "What the author has to know, in a few sentences" },
      test_results: { type: "string", enum: ["pass", "fail", "skipped"] },
      issues: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["file", "line", "severity", "description"],
          properties: {
            file: { type: "string", description: "Path in the repository" },
            line: { type: ["integer", "null"], description: "In the new file, and in the diff; null: the whole file" },
            severity: { type: "string", enum: ["error", "warning"] },
            description: { type: "string" },
          },
        },
      },
    },
  };
}

/**
 * Reads the review with this id out of what an agent said. Spellings are read leniently; what is missing, of another
 * type or unknown makes the whole answer invalid: a doubt never becomes an approval. Never throws.
 */
export function parseReview(text: string, id: string): ParsedReview {
  for (const value of answerCandidates(text)) {
    if (textOf(value["id"]) === id) return readReview(value);
  }
  return { kind: "invalid", problem: "it holds no review with the id that was asked for" };
}

function readReview(value: JsonObject): ParsedReview {
  const decision = wordIn(DECISIONS, value["decision"]);
  if (decision === undefined) return invalid("decision", "is not approve, request_changes or reject");
  const notes = textOf(value["notes"] ?? "");
  if (notes === undefined) return invalid("notes", "is no text");
  const tests = wordIn(TESTS, value["test_results"] ?? "skipped");
  if (tests === undefined) return invalid("test_results", "is not pass, fail or skipped");
  const listed = value["issues"];
  if (!Array.isArray(listed)) return invalid("issues", "is no list");
  if (listed.length > MOST_ISSUES) return invalid("issues", `has more than ${MOST_ISSUES} items`);
  const issues = listed.map((item: unknown) => readIssue(item));
  const wrong = issues.findIndex((issue) => issue === undefined);
  if (wrong !== -1) return invalid(`issues.${wrong}`, "is no issue");
  const found = issues.filter((issue) => issue !== undefined);
  if (decision !== "approve" && notes.trim() === "" && found.length === 0) return invalid("notes", "say nothing");
  return { kind: "review", review: { decision, notes, tests, issues: found } };
}

function readIssue(value: unknown): ReviewIssue | undefined {
  if (!isJsonObject(value)) return undefined;
  const file = textOf(value["file"] ?? value["path"]);
  const severity = wordIn(SEVERITIES, value["severity"]);
  const description = textOf(value["description"]);
  if (file === undefined || severity === undefined || description === undefined) return undefined;
  if (description.trim() === "") return undefined;
  const line = lineOf(value["line"]);
  return { file, severity, description, ...(line === undefined ? {} : { line }) };
}

/** A line that is none means the whole file: where it stands is the least of an issue. */
function lineOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function wordIn<Meaning>(words: Readonly<Record<string, Meaning>>, value: unknown): Meaning | undefined {
  if (typeof value !== "string") return undefined;
  const word = value
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function invalid(where: string, what: string): ParsedReview {
  return { kind: "invalid", problem: `the review's ${where} ${what}` };
}
