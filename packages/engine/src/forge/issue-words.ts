import { createHash } from "node:crypto";

import {
  parseTaskId,
  type ForgeIssue,
  type ForgeSettings,
  type Json,
  type TaskId,
  type TaskPins,
  type TaskWords,
} from "@orch/core";
import { readLabels, type LabelReading } from "@orch/forge";

const OWN_MARK = /^<!-- orch:[^>]*-->\r?\n/;

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
  const { title } = issue;
  // The mark of an issue that orch opened is no word of anybody's.
  const body = issue.body.replace(OWN_MARK, "");
  const { size, job, plan } = labels;
  return {
    words: {
      title,
      body,
      labels: labels.others,
      pins: labels.pins,
      priority: labels.priority ?? 0,
      ...paceIn(labels),
      ...(plan ? { plan } : {}),
      ...(size === undefined ? {} : { size }),
      ...(job === undefined ? {} : { job }),
    },
    labels,
  };
}

function paceIn({ checkinMs, budgetMs }: LabelReading): Pick<TaskWords, "pace"> {
  if (checkinMs === undefined && budgetMs === undefined) return {};
  return {
    pace: {
      ...(checkinMs === undefined ? {} : { checkinMs }),
      ...(budgetMs === undefined ? {} : { budgetMs }),
    },
  };
}

/** What of an issue was seen last. */
export interface SeenIssue {
  readonly state: "open" | "closed";
  /** A hash of title and text. */
  readonly text: string;
  /** A hash of what its labels say. */
  readonly labels: string;
  /** What its labels said about agent and priority; absent in older records. */
  readonly said?: Pick<TaskWords, "pins" | "priority">;
  /** What it named that has to end first; absent: nobody looked. */
  readonly named?: readonly TaskId[];
}

/** What of an issue is written down, to notice what changes. */
export function seenIssue(
  { state, title, body }: ForgeIssue,
  { words }: ReadIssue,
  named: readonly TaskId[] | undefined,
): SeenIssue {
  const { labels, pins, priority, plan = false, pace = {}, size = "", job = "" } = words;
  const said = [[...labels].toSorted(), { ...pins }, priority, plan, { ...pace }, size, job];
  return {
    state,
    text: hashOf([title, body]),
    labels: hashOf(said),
    said: { pins, priority },
    ...(named === undefined ? {} : { named }),
  };
}

/** What was written down of an issue; undefined: nothing. */
export function asSeenIssue(value: Json | undefined): SeenIssue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { state, text, labels, named, said } = value as Partial<Record<keyof SeenIssue, Json>>;
  if ((state !== "open" && state !== "closed") || typeof text !== "string" || typeof labels !== "string")
    return undefined;
  const seen: SeenIssue = { state, text, labels, ...saidIn(said) };
  if (!Array.isArray(named)) return seen;
  const ids = named.flatMap((id) => {
    const parsed = parseTaskId(typeof id === "string" ? id : "");
    return parsed.ok ? [parsed.value] : [];
  });
  return { ...seen, named: ids };
}

/** Orch wrote it itself, from what labels said. */
function saidIn(value: Json | undefined): Pick<SeenIssue, "said"> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const { pins, priority } = value as Partial<Record<"pins" | "priority", Json>>;
  if (typeof priority !== "number" || typeof pins !== "object" || pins === null || Array.isArray(pins)) return {};
  return { said: { pins: pins as TaskPins, priority } };
}

/** A short text that is another one when anything of it is. */
export function shortHash(seen: SeenIssue): string {
  return hashOf([seen.text, seen.labels, [...(seen.named ?? [])]]).slice(0, 24);
}

function hashOf(value: Json): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
