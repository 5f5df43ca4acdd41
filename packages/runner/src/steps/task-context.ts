import type { Attempt, AttemptRef } from "@orch/core";

import type { Closing } from "../closing.ts";
import type { RunnerDeps } from "../deps.ts";

const MOST_ENTRY = 4_000;
const END = "<!-- orch:end -->";
const ENTRY = /<!-- orch:attempt (\d+) -->\n[\s\S]*?<!-- orch:end -->\n*/g;

/**
 * What is kept for a task beside its words (seed row A77): notes of people and of earlier orchs, and what orch wrote
 * after its attempts, without those in `shown`, which the prompt tells of anyway. Redacted; undefined: nothing.
 */
export async function keptContext(
  { contexts, redactor }: Pick<RunnerDeps, "contexts" | "redactor">,
  { ref, shown }: { readonly ref: AttemptRef; readonly shown: readonly number[] },
): Promise<string | undefined> {
  const text = await contexts?.read(ref);
  const rest = text?.replaceAll(ENTRY, (entry, attempt) => (shown.includes(Number(attempt)) ? "" : entry)).trim();
  return rest === undefined || rest === "" ? undefined : redactor.redact(rest);
}

/** Adds what an attempt came to, in the place of what was written about it before: a runner may come here twice. */
export async function keepOutcome(
  { contexts, redactor, clock }: Pick<RunnerDeps, "contexts" | "redactor" | "clock">,
  { attempt, closing }: { readonly attempt: Attempt; readonly closing: Closing },
): Promise<void> {
  const entry = redactor.redact(entryOf(attempt, { closing, at: new Date(clock.now()) }));
  await contexts?.change(attempt, (before) => {
    const others = before.replaceAll(ENTRY, (whole, number) => (Number(number) === attempt.attempt ? "" : whole));
    return `${others.trim() === "" ? "" : `${others.trimEnd()}\n\n`}${entry}`;
  });
}

function entryOf(attempt: Attempt, { closing, at }: { readonly closing: Closing; readonly at: Date }): string {
  const { report, assignment, diff, said: told = [] } = attempt;
  const { verdict, lesson } = closing;
  const files = diff?.files.map(({ path }) => path) ?? [];
  const lines = [
    `## Attempt ${attempt.attempt} by ${assignment.agent}, ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    verdict.kind === "pass" ? "It passed." : `It ended with ${verdict.reason}: ${verdict.detail}`,
    ...said("What it said", report === undefined ? [] : [report.summary]),
    ...said("What it learnt", report?.learnings ?? []),
    ...said("Left to do", report?.remaining ?? []),
    ...said(
      "What people told it",
      told.map(({ from, text }) => `${from}: ${text}`),
    ),
    ...said("Lesson", lesson === undefined ? [] : [lesson]),
    ...said("Files it changed", files),
  ];
  // Its words can't end the entry, or begin another.
  const text = lines.join("\n\n").replaceAll("<!--", "<! --").slice(0, MOST_ENTRY).toWellFormed();
  return `<!-- orch:attempt ${attempt.attempt} -->\n${text}\n${END}\n`;
}

function said(title: string, items: readonly string[]): readonly string[] {
  const shown = items.map((item) => item.trim()).filter((item) => item !== "");
  if (shown.length === 0) return [];
  return [
    shown.length === 1 ? `${title}: ${shown.join("")}` : `${title}:\n${shown.map((item) => `- ${item}`).join("\n")}`,
  ];
}
