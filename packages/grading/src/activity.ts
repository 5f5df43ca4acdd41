import type { Activity, AgentEvent, Breach, CommandCategory, GradingRules } from "@orch/core";

import { patternFor } from "./command-pattern.ts";
import { testCommands, validationCommands } from "./known-commands.ts";
import { programsIn, type Program, type RanCommand } from "./programs.ts";
import { quantile } from "./quantile.ts";
import { testRunsIn, validatedIn } from "./test-runs.ts";

const TOP = 10;
const MOST_BREACHES = 20;
/** Characters of different commands. */
const MOST_READ = 1_000_000;
const LONGEST_COMMAND = 200;

type Rules = Pick<GradingRules, "forbiddenCommands" | "publishCommands" | "testCommands" | "knownTestFailures">;
type Reader = (command: string) => readonly Program[];

/** What an agent did, counted from its events; without rules nothing is a breach (seed rows C42, C44–C46). */
export function activityOf(events: readonly AgentEvent[], rules: Rules | undefined): Activity {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  const read = remembering(programsIn);
  const ran = events
    .filter((event) => event.type === "command:finished")
    .map((event): RanCommand => ({ ...event, programs: read(event.command) }));
  const breaches = rules === undefined ? [] : breachesIn(events, { rules, read });
  return {
    events: counts,
    commands: ran.length,
    failedCommands: ran.filter(failed).length,
    ...timesOf(ran),
    frequent: frequentOf(ran),
    categories: categoriesOf(ran),
    tests: testRunsIn(ran, rules),
    validated: validatedIn(ran),
    ...(breaches.length === 0 ? {} : { breaches }),
  };
}

/** A command for people: its first 200 characters. */
export function shortenedCommand(text: string): string {
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND - 1)}…` : text;
}

/** Reads each command once, and of a run that is made of hostile ones no more than takes seconds. */
function remembering(reader: Reader): Reader {
  const known = new Map<string, readonly Program[]>();
  let left = MOST_READ;
  return (command) => {
    const before = known.get(command);
    if (before !== undefined) return before;
    const programs = left > 0 ? reader(command) : [];
    left -= command.length;
    known.set(command, programs);
    return programs;
  };
}

function failed({ exitCode }: RanCommand): boolean {
  return exitCode !== undefined && exitCode !== 0;
}

/** Also of commands that were begun alone: whoever is ended in the middle has done it all the same. */
function breachesIn(
  events: readonly AgentEvent[],
  { rules, read }: { readonly rules: Rules; readonly read: Reader },
): readonly Breach[] {
  const found = new Map<string, Breach>();
  for (const event of events) {
    if (event.type !== "command:finished" && event.type !== "command:started") continue;
    const command = shortenedCommand(event.command);
    for (const breach of read(event.command).flatMap((program) => breachesOf(program, rules))) {
      found.set(`${breach.pattern}\n${command}`, { ...breach, command });
    }
  }
  return [...found.values()].slice(0, MOST_BREACHES);
}

function breachesOf(program: Program, rules: Rules): readonly Omit<Breach, "command">[] {
  const forbidden = patternFor(program, rules.forbiddenCommands);
  const published = isDryRun(program) ? undefined : patternFor(program, rules.publishCommands);
  return [
    ...(forbidden === undefined ? [] : [{ kind: "forbidden", pattern: forbidden } as const]),
    ...(published === undefined ? [] : [{ kind: "publish", pattern: published } as const]),
  ];
}

function isDryRun(program: Program): boolean {
  return program.includes("--dry-run");
}

function timesOf(ran: readonly RanCommand[]): Pick<Activity, "slowest" | "durations"> {
  const timed = ran.flatMap(({ command, durationMs }) =>
    durationMs === undefined ? [] : [{ command: shortenedCommand(command), ms: durationMs }],
  );
  const times = timed.map(({ ms }) => ms);
  const total = times.reduce((sum, ms) => sum + ms, 0);
  return {
    slowest: timed.toSorted((left, right) => right.ms - left.ms).slice(0, TOP),
    ...(times.length === 0 ? {} : { durations: { p50: quantile(times, 0.5), p90: quantile(times, 0.9), total } }),
  };
}

function frequentOf(ran: readonly RanCommand[]): NonNullable<Activity["frequent"]> {
  const runs = new Map<string, number>();
  for (const { command } of ran) {
    const shown = shortenedCommand(command);
    runs.set(shown, (runs.get(shown) ?? 0) + 1);
  }
  return [...runs]
    .flatMap(([command, count]) => (count > 1 ? [{ command, runs: count }] : []))
    .toSorted((left, right) => right.runs - left.runs)
    .slice(0, TOP);
}

const INSTALLERS = [
  "npm|pnpm|yarn|bun install|i|ci|add",
  "pip*|uv|poetry install|add|sync",
  "cargo fetch|add",
  "go get",
];
const LOOKERS = ["ls|cat|head|tail|sed|awk|grep|rg|find|fd|wc|tree|pwd|stat|file|diff|less|jq"];

/** The first that fits a command's programs. */
const CATEGORIES: readonly (readonly [CommandCategory, readonly string[]])[] = [
  ["test", testCommands],
  ["validation", validationCommands],
  ["install", INSTALLERS],
  ["git", ["git|gh"]],
  ["look", LOOKERS],
];

function categoriesOf(ran: readonly RanCommand[]): NonNullable<Activity["categories"]> {
  const counts: Partial<Record<CommandCategory, number>> = {};
  for (const { programs } of ran) {
    const [category] = CATEGORIES.find(([, patterns]) =>
      programs.some((program) => patternFor(program, patterns) !== undefined),
    ) ?? ["other"];
    counts[category] = (counts[category] ?? 0) + 1;
  }
  return counts;
}
