import type { Redactor, ReviewAnswer, ReviewIssue } from "@orch/core";
import { neutraliseOutput } from "@orch/security";

import type { ShownLines } from "./diff-lines.ts";

/** What a review is held against. */
export interface ReviewGround {
  /** The folder of the commit, which reviewers like to name in paths. */
  readonly folder: string;
  readonly shown: ShownLines;
  readonly redactor: Redactor;
}

const MOST_NOTES = 16_000;
const MOST_DESCRIPTION = 2000;
const MOST_PATH = 400;
const MOST_ISSUES = 50;
const NAMED_ERRORS = "It was approved and errors were named all the same, which counts as a request for changes.";

/**
 * Makes a review fit to be handed on: texts bounded, redacted and without anything that works on a forge; lines only
 * where the diff shows them; an approval that names errors is none.
 */
export function settleReview(review: ReviewAnswer, ground: ReviewGround): ReviewAnswer {
  const clean = (text: string, limit: number): string =>
    cut(neutraliseOutput(ground.redactor.redact(text.toWellFormed())).trim(), limit);
  const placed = review.issues.map((issue) => ({
    ...place(issue, ground),
    severity: issue.severity,
    description: clean(issue.description, MOST_DESCRIPTION),
  }));
  const issues = placed.flatMap(({ file, ...rest }) => (file === undefined ? [] : [{ file, ...rest }]));
  const homeless = placed.filter(({ file }) => file === undefined);
  const errors = review.issues.filter(({ severity }) => severity === "error");
  const contradicts = review.decision === "approve" && errors.length > 0;
  const errorsFirst = issues.toSorted((left, right) => weight(left) - weight(right));
  const left = issues.length - MOST_ISSUES;
  const notes = [
    review.notes,
    ...homeless.map(({ severity, description }) => `${severity}: ${description}`),
    ...(left > 0 ? [`${left} more issues are left out.`] : []),
    ...(contradicts ? [NAMED_ERRORS] : []),
  ];
  return {
    decision: contradicts ? "request_changes" : review.decision,
    notes: clean(notes.filter(Boolean).join("\n\n"), MOST_NOTES),
    tests: review.tests,
    issues: errorsFirst.slice(0, MOST_ISSUES),
  };
}

function weight({ severity }: Pick<ReviewIssue, "severity">): number {
  return severity === "error" ? 0 : 1;
}

/** The path as the diff has it, with the line that it shows; no path: none that can be inside the tree. */
function place(
  { file, line }: ReviewIssue,
  { folder, shown }: ReviewGround,
): { readonly file?: string; readonly line?: number } {
  const inside = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
  const names = [inside, inside.replace(/^(?:\.\/|[ab]\/)/, "")];
  const known = names.find((name) => shown.has(name));
  if (known !== undefined) {
    const isShown = shown.get(known)?.some(({ first, last }) => line !== undefined && first <= line && line <= last);
    return { file: known, ...(isShown === true && line !== undefined ? { line } : {}) };
  }
  const plain = inside.replace(/^\.\//, "");
  return isPlain(plain) ? { file: plain } : {};
}

/** A relative path of words that a person can read, without anything that means something in Markdown. */
function isPlain(path: string): boolean {
  const parts = path.split("/");
  return path.length <= MOST_PATH && /^[\p{L}\p{N}._+=,~ /-]+$/u.test(path) && parts.every((part) => /[^.]/.test(part));
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
