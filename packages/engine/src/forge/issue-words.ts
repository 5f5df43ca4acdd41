import { createHash } from "node:crypto";

import type { ForgeIssue, ForgeSettings, Json, TaskWords } from "@orch/core";
import { readLabels, type LabelReading } from "@orch/forge";

/** What an issue says, with what its labels mean. */
export interface ReadIssue {
  readonly words: TaskWords;
  readonly labels: LabelReading;
}

/** Reads an issue; `ours` are the labels that orch put there itself, which say nothing (U49). */
export function readIssue(
  issue: ForgeIssue,
  { settings, ours }: { readonly settings: ForgeSettings; readonly ours: readonly string[] },
): ReadIssue {
  const labels = readLabels(issue.labels, { settings: settings.labels, ours });
  const { title, body } = issue;
  return {
    words: { title, body, labels: labels.others, pins: labels.pins, priority: labels.priority ?? 0 },
    labels,
  };
}

/** What of an issue was seen last. */
export interface SeenIssue {
  readonly state: "open" | "closed";
  /** A hash of title and text. */
  readonly text: string;
  /** A hash of what its labels say. */
  readonly labels: string;
}

/** What of an issue is written down, to notice what changes. */
export function seenIssue({ state, title, body }: ForgeIssue, { words }: ReadIssue): SeenIssue {
  const { labels, pins, priority } = words;
  return { state, text: hashOf([title, body]), labels: hashOf([[...labels].toSorted(), { ...pins }, priority]) };
}

/** What was written down of an issue; undefined: nothing. */
export function asSeenIssue(value: Json | undefined): SeenIssue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { state, text, labels } = value as Partial<SeenIssue>;
  if ((state !== "open" && state !== "closed") || text === undefined || labels === undefined) return undefined;
  return { state, text, labels };
}

function hashOf(value: Json): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
