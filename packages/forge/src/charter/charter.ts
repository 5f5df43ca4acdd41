import type { LabelSettings, TaskId } from "@orch/core";

import { issueNumbers } from "../labels/issue-numbers.ts";
import { readLabels } from "../labels/read-labels.ts";
import { codeLines, plainLines } from "../text/plain-lines.ts";

/** What an issue asks for, as far as its text is divided into the second seed's sections (B46). */
export interface Charter {
  /** On one line; empty: the section is missing. */
  readonly goal: string;
  readonly acceptance: readonly string[];
  readonly scope: readonly string[];
  readonly validation: readonly string[];
}

const KEYS: readonly (readonly [keyof Charter, readonly string[]])[] = [
  ["goal", ["goal"]],
  ["acceptance", ["acceptance-checklist", "acceptance", "acceptance-criteria"]],
  ["scope", ["scope", "scope-notes"]],
  ["validation", ["validation", "test-plan", "tests"]],
];
/** At most so long, for no key is longer and longer ones would take long to read. */
const HEADING = /^ {0,3}#{1,6}[ \t]+(.{1,200})$/;
const MARK = /^\s*(?:[*+-]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s*)?/;
/** What a form of GitHub's writes for a field that was left empty. */
const NO_ANSWER = "_No response_";
const BLOCKED_BY = /^\s*(?:[*+-]\s+)?\**blocked[ -]by:?\**:?(.*)$/i;

/**
 * Reads the sections of an issue's text: goal, acceptance, scope and validation, under headings of any level and by
 * their other names, an exact name before one that merely begins so. Missing sections are empty.
 */
export function readCharter(body: string): Charter {
  const sections = sectionsOf(body);
  const find = (names: readonly string[]): readonly string[] => {
    const exact = names.flatMap((name) => sections.find(({ key }) => key === name) ?? []);
    const begun = names.flatMap((name) => sections.find(({ key }) => key.startsWith(name)) ?? []);
    return [...exact, ...begun][0]?.lines ?? [];
  };
  const [goal = [], acceptance = [], scope = [], validation = []] = KEYS.map(([, names]) => find(names));
  return { goal: goal.join(" "), acceptance, scope, validation };
}

interface Section {
  /** Lower case, dashes between words. */
  readonly key: string;
  /** Without bullets and boxes. */
  readonly lines: readonly string[];
}

function sectionsOf(body: string): readonly Section[] {
  const sections: { key: string; lines: string[] }[] = [];
  const plain = plainLines(body).map((line) => ({ ...line, title: HEADING.exec(line.text)?.[1] }));
  // A heading in code is code; what a section shows as code belongs to it.
  const code = codeLines(body).map((line) => ({ ...line, title: undefined }));
  for (const { text, title } of [...plain, ...code].toSorted((one, other) => one.number - other.number)) {
    if (title !== undefined) sections.push({ key: keyOf(title), lines: [] });
    else {
      const line = text.replace(MARK, "").trim();
      if (line !== "" && line !== NO_ANSWER) sections.at(-1)?.lines.push(line);
    }
  }
  return sections;
}

function keyOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** The issues that have to be closed first: by labels, and by lines that begin with `Blocked by:` (B48). Sorted. */
export function blockersIn(
  { labels, body }: { readonly labels: readonly string[]; readonly body: string },
  settings: LabelSettings,
): readonly TaskId[] {
  const lines = plainLines(body).flatMap(({ text }) => BLOCKED_BY.exec(text)?.[1] ?? []);
  const labelled = readLabels(labels, { settings }).blockedBy.map((id) => `#${id}`);
  return issueNumbers([...lines, ...labelled].join("\n"));
}

/** The charter as a person would sum it up for whoever does the work (B47); parts that are missing are left out. */
export function charterText(
  { goal, acceptance, scope, validation }: Charter,
  issue: { readonly id: TaskId; readonly title: string; readonly labels: readonly string[] },
): string {
  const numbered = acceptance.map((line, index) => `${index + 1}. ${line}`);
  const parts: readonly (readonly [string, string])[] = [
    ["Goal", goal],
    ["Acceptance", numbered.length === 0 ? "" : `\n${numbered.join("\n")}`],
    ["Scope", scope.join("; ")],
    ["Validation", validation.join("; ")],
    ["Labels", issue.labels.toSorted().join(", ")],
  ];
  const said = parts.flatMap(([name, text]) =>
    text === "" ? [] : [`${name}:${text.startsWith("\n") ? "" : " "}${text}`],
  );
  return [`Work on issue #${issue.id}: ${issue.title}`, ...said].join("\n");
}
