import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";

import type { Facts } from "./case.ts";

/** A run whose raw output can be kept. */
export interface RecordableRun {
  /** What it was started with. */
  readonly argv: readonly string[];
  /** The file of its standard output, as it came. */
  readonly capture: string;
  /** What stands for paths and addresses of this machine: what it was to what it becomes. */
  readonly names: Readonly<Record<string, string>>;
}

/** What is kept of a case, and where. */
export interface Recorded {
  /** One folder for each agent below it. */
  readonly folder: string;
  readonly agent: string;
  readonly version: string;
  readonly case: string;
  readonly facts: Facts;
  readonly runs: readonly RecordableRun[];
}

/** An entry of `cases.json`. */
interface CaseEntry {
  readonly case: string;
  readonly files: readonly string[];
  readonly version: string;
  readonly argv: readonly string[];
  readonly facts: Facts;
}

/** Ids of this machine's codex, which mean nothing elsewhere. */
const OWN_IDS: readonly (readonly [RegExp, string])[] = [
  [/"installationId":"[^"]*"/g, '"installationId":"00000000-0000-4000-8000-000000000000"'],
  [/"serverName":"[^"]*"/g, '"serverName":"host"'],
];

/**
 * Keeps the raw output of a case, one file for each run, and its entry in the agent's `cases.json`. What a former
 * recording of the same case left is replaced.
 */
export async function recordCase(recorded: Recorded): Promise<void> {
  const folder = join(recorded.folder, recorded.agent);
  await mkdir(folder, { recursive: true });
  const slug = recorded.case.replaceAll(/[^a-z0-9]+/gi, "-");
  const files: string[] = [];
  for (const [index, run] of recorded.runs.entries()) {
    const file = `${slug}${index === 0 ? "" : `.${index + 1}`}.jsonl`;
    await writeFile(join(folder, file), neutral(await readFile(run.capture, "utf8"), run));
    files.push(file);
  }
  const [first] = recorded.runs;
  const argv =
    first === undefined ? [] : first.argv.map((word, index) => neutral(index === 0 ? basename(word) : word, first));
  const entry: CaseEntry = { case: recorded.case, files, version: recorded.version, argv, facts: recorded.facts };
  const list = join(folder, "cases.json");
  const others = (await entriesIn(list)).filter((other) => other.case !== entry.case);
  const all = [...others, entry].toSorted((left, right) => (left.case < right.case ? -1 : 1));
  await writeFile(list, `${JSON.stringify(all, null, 2)}\n`);
}

async function entriesIn(file: string): Promise<readonly CaseEntry[]> {
  const text = await readFile(file, "utf8").catch(() => "[]");
  return JSON.parse(text) as CaseEntry[];
}

/** The text without the names of this machine; longer ones first, because one may hold another. */
function neutral(text: string, { names }: RecordableRun): string {
  const known = { ...names, [hostname()]: "host" };
  const longestFirst = Object.entries(known).toSorted(([left], [right]) => right.length - left.length);
  const named = longestFirst.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
  return OWN_IDS.reduce((rest, [pattern, to]) => rest.replaceAll(pattern, to), named);
}
