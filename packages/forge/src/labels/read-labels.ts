import {
  parseAgentName,
  parseComplexity,
  type Complexity,
  type LabelMeaning,
  type LabelSettings,
  type TaskId,
  type TaskPins,
  type TaskSize,
} from "@orch/core";

import { issueNumbers } from "./issue-numbers.ts";
import { lifecycleStatus, labelStatuses, type LabelStatus } from "./label-status.ts";

/** Why an issue is never taken in. */
export type ExcludingLabel = "no_agent" | "no_gh" | "local_only";

/** What the labels of an issue say. */
export interface LabelReading {
  /** Absent: no label says it. Of several, one that orch did not put counts. */
  readonly status?: LabelStatus;
  /** What a person fixed; a label that orch put itself is none (U49). */
  readonly pins: TaskPins;
  /** Absent: no label says it. */
  readonly priority?: number;
  readonly size?: TaskSize;
  /** Sorted, each once. */
  readonly blockedBy: readonly TaskId[];
  /** Milliseconds. */
  readonly checkinMs?: number;
  /** Milliseconds. */
  readonly budgetMs?: number;
  readonly parent?: TaskId;
  readonly job?: string;
  /** To be split into parts before it is worked on. */
  readonly plan: boolean;
  readonly excluded?: ExcludingLabel;
  /** The issue was opted in. */
  readonly orchestrate: boolean;
  /** The second seed's label of what waits. */
  readonly queued: boolean;
  /** A person has put the label of an approval; who it was, the forge has to say. */
  readonly approved: boolean;
  /** Labels without a meaning here, for whoever reads the task. */
  readonly others: readonly string[];
  /** What is wrong with labels, one sentence each, for people. */
  readonly problems: readonly string[];
}

/** `xs` to `xl`. */
const SIZES: readonly TaskSize[] = ["xs", "s", "m", "l", "xl"];
const PRIORITIES: Readonly<Record<string, number>> = { high: 10, medium: 0, low: -10, p0: 20, p1: 10, p2: 0, p3: -10 };
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([1-9]\d{0,5})([smhd])$/i;
const MOST_PRIORITY = 1000;
const LONGEST_SHOWN = 40;

/**
 * Reads the labels of an issue. `ours` are the labels that orch put itself, whatever their case: they pin nothing. The
 * words of the second seed's life cycle are never an agent's name (U7).
 */
export function readLabels(
  labels: readonly string[],
  { settings, ours = [] }: { readonly settings: LabelSettings; readonly ours?: readonly string[] },
): LabelReading {
  const own = new Set(ours.map((label) => label.toLowerCase()));
  const reader = createReader(labels, settings);
  const agent = readAgent(reader, own);
  const pinned = [agent, readModel(reader, own), readComplexity(reader, own)];
  const status = readStatus(labels, { settings, own });
  return {
    pins: Object.assign({}, ...pinned) as TaskPins,
    ...(status === undefined ? {} : { status }),
    ...readFigures(reader),
    blockedBy: issueNumbers(reader.valuesOf("blocked_by").join(",")),
    plan: reader.has("plan"),
    ...readExcluded(reader),
    orchestrate: reader.has("orchestrate"),
    queued: reader.has("hub_queued"),
    approved: reader.has("approved"),
    others: labels.filter((label) => !reader.known.has(label)),
    problems: reader.problems,
  };
}

interface Reader {
  /** Labels that mean something here, as they were written. */
  readonly known: ReadonlySet<string>;
  readonly problems: string[];
  has(meaning: LabelMeaning): boolean;
  /** The labels that begin with a meaning's word, in order. */
  labelsOf(meaning: LabelMeaning): readonly string[];
  valuesOf(meaning: LabelMeaning): readonly string[];
}

const BEGINNINGS: readonly LabelMeaning[] = [
  ...(["agent", "model", "complexity", "priority", "size", "blocked_by"] as const),
  ...(["checkin", "budget", "parent", "job"] as const),
];

function createReader(labels: readonly string[], { names }: LabelSettings): Reader {
  const known = new Set<string>();
  const byMeaning = new Map<LabelMeaning, string[]>();
  const meanings = Object.keys(names) as LabelMeaning[];
  for (const label of labels) {
    const lower = label.toLowerCase();
    const whole = meanings.find((meaning) => !BEGINNINGS.includes(meaning) && names[meaning].toLowerCase() === lower);
    const meaning = whole ?? BEGINNINGS.find((beginning) => lower.startsWith(names[beginning].toLowerCase()));
    if (meaning === undefined && lifecycleStatus(label, names) === undefined) continue;
    known.add(label);
    if (meaning !== undefined) byMeaning.set(meaning, [...(byMeaning.get(meaning) ?? []), label]);
  }
  const labelsOf = (meaning: LabelMeaning): readonly string[] => byMeaning.get(meaning) ?? [];
  return {
    known,
    problems: [],
    has: (meaning) => byMeaning.has(meaning),
    labelsOf,
    valuesOf: (meaning) => labelsOf(meaning).map((label) => label.slice(names[meaning].length).trim()),
  };
}

function readStatus(
  labels: readonly string[],
  from: { readonly settings: LabelSettings; readonly own: ReadonlySet<string> },
): LabelStatus | undefined {
  const { names } = from.settings;
  const found = labels.flatMap((label) => {
    const status = lifecycleStatus(label, names);
    return status === undefined ? [] : [{ status, own: from.own.has(label.toLowerCase()) }];
  });
  const candidates = found.some(({ own }) => !own) ? found.filter(({ own }) => !own) : found;
  return labelStatuses.find((status) => candidates.some((one) => one.status === status));
}

function readAgent(reader: Reader, own: ReadonlySet<string>): TaskPins {
  const [first, ...others] = foreign(reader, { meaning: "agent", own });
  if (first === undefined) return {};
  if (others.length > 0) reader.problems.push(`several labels name an agent; ${shown(first.label)} counts`);
  const parsed = parseAgentName(first.value.toLowerCase());
  if (parsed.ok) return { agent: parsed.value };
  reader.problems.push(`${shown(first.label)} names no agent`);
  return {};
}

function readModel(reader: Reader, own: ReadonlySet<string>): TaskPins {
  const model = foreign(reader, { meaning: "model", own }).find(({ value }) => /^[\w./:@-]{1,100}$/.test(value));
  return model === undefined ? {} : { model: model.value };
}

function readComplexity(reader: Reader, own: ReadonlySet<string>): TaskPins {
  for (const { label, value } of foreign(reader, { meaning: "complexity", own })) {
    const complexity: Complexity | undefined = parseComplexity(value);
    if (complexity !== undefined) return { complexity };
    reader.problems.push(`${shown(label)} is no complexity; use simple, medium or complex`);
  }
  return {};
}

function foreign(
  reader: Reader,
  { meaning, own }: { readonly meaning: LabelMeaning; readonly own: ReadonlySet<string> },
): readonly { readonly label: string; readonly value: string }[] {
  const values = reader.valuesOf(meaning);
  return reader
    .labelsOf(meaning)
    .map((label, index) => ({ label, value: values[index] ?? "" }))
    .filter(({ label }) => !own.has(label.toLowerCase()));
}

type Figures = Pick<LabelReading, "priority" | "size" | "checkinMs" | "budgetMs" | "parent" | "job">;

function readFigures(reader: Reader): Figures {
  const first = <Value>(
    meaning: LabelMeaning,
    parse: (value: string) => Value | undefined,
  ): { readonly value?: Value } => {
    for (const written of reader.valuesOf(meaning)) {
      const value = parse(written.toLowerCase());
      if (value !== undefined) return { value };
      reader.problems.push(`${shown(reader.labelsOf(meaning)[0] ?? "")} can't be read`);
    }
    return {};
  };
  const read = {
    priority: first("priority", priorityOf).value,
    size: first("size", (value) => SIZES.find((size) => size === value)).value,
    checkinMs: first("checkin", durationOf).value,
    budgetMs: first("budget", durationOf).value,
    parent: first("parent", (value) => issueNumbers(`#${value.replace(/^#/, "")}`)[0]).value,
    job: first("job", (value) => (/^[a-z0-9][a-z0-9_-]{0,60}$/.test(value) ? value : undefined)).value,
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as Figures;
}

function priorityOf(value: string): number | undefined {
  if (Object.hasOwn(PRIORITIES, value)) return PRIORITIES[value];
  const number = /^-?\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  return Math.abs(number) <= MOST_PRIORITY ? number : undefined;
}

function durationOf(value: string): number | undefined {
  const [, number = "", unit = ""] = DURATION.exec(value) ?? [];
  const each = UNITS[unit.toLowerCase()];
  return each === undefined ? undefined : Number(number) * each;
}

function readExcluded(reader: Reader): Pick<LabelReading, "excluded"> {
  const excluded = (["no_agent", "no_gh", "local_only"] as const).find((meaning) => reader.has(meaning));
  return excluded === undefined ? {} : { excluded };
}

/** Labels are written by strangers: shown short and without control characters. */
function shown(label: string): string {
  const clean = label.replaceAll(/[^\x20-\x7e]+/g, "?");
  return `label "${clean.length > LONGEST_SHOWN ? `${clean.slice(0, LONGEST_SHOWN)}…` : clean}"`;
}
