import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { AgentEvent, AgentReport } from "@orch/core";

import type { Turn } from "../../model-server/index.ts";
import { outcomeOf, reporting, usageOf, WELL, type ConformanceCase } from "./case.ts";
import { KEY } from "./stage.ts";

const COMMIT = "git add --all && git commit --quiet --message 'fix: the sum' && echo committed";

/** The turns of a model that edits, commits and reports. */
export const WORK: readonly Turn[] = [
  [
    { do: "think", text: "I look first." },
    { do: "say", text: "I will read the source." },
    { do: "read", path: "src/sum.js" },
  ],
  [{ do: "edit", path: "src/sum.js", find: "a - b", replace: "a + b" }],
  [{ do: "shell", command: COMMIT }],
  reporting({ summary: "Fixed the sum", files: ["src/sum.js"] }),
];

/** How services tell what of an account's window of five hours is used: OpenAI's, then Anthropic's. */
const WINDOWS = {
  "x-codex-primary-used-percent": "42",
  "x-codex-primary-window-minutes": "300",
  "x-codex-primary-reset-at": "4102444800",
  "anthropic-ratelimit-unified-status": "allowed",
  "anthropic-ratelimit-unified-representative-claim": "five_hour",
  "anthropic-ratelimit-unified-reset": "4102444800",
  "anthropic-ratelimit-unified-5h-utilization": "0.42",
  "anthropic-ratelimit-unified-5h-status": "allowed",
  "anthropic-ratelimit-unified-5h-reset": "4102444800",
};

const FULL: AgentReport = {
  status: "blocked",
  summary: "Waits for the schema",
  accomplished: ["read the code"],
  remaining: ["write the migration"],
  files: ["src/sum.js"],
  learnings: ["the tests need a database"],
  blockers: ["the schema is missing"],
  delegations: [{ title: "Design the schema", body: "Tables and keys", labels: ["database"], suggestedAgent: "codex" }],
  reason: "no schema",
  needsHelp: "who owns the schema?",
};

/** Plain success, and the report. */
export const workCases: readonly ConformanceCase[] = [
  {
    name: "edits, runs a command, commits and reports",
    scenario: () => ({ turns: WORK, tokens: 1000, headers: WINDOWS }),
    expected: {
      ...WELL,
      survivors: 0,
      source: true,
      subject: "fix: the sum",
      clean: true,
      told: "ready, turn, text, command 0, change of src/sum.js, usage",
      keys: KEY,
      usage: "4000 in, 4000 out",
      windows: "five_hour 42 %",
    },
    async play({ repository, requests, run }) {
      const ended = await run();
      const source = await readFile(join(repository.path, "src/sum.js"), "utf8");
      return {
        ...outcomeOf(ended),
        survivors: ended.exit.survivors,
        source: source.includes("return a + b;"),
        subject: await repository.git("log", "-1", "--format=%s"),
        clean: (await repository.git("status", "--porcelain")) === "",
        told: toldIn(ended.events),
        keys: [...new Set(requests().map(({ key }) => key))].join(),
        usage: usageOf(ended),
        windows: windowsIn(ended.events),
      };
    },
  },
  {
    name: "hands in every part of a report",
    scenario: () => ({ turns: [reporting(asWritten(FULL))] }),
    expected: { ...WELL, report: "blocked", whole: true },
    async play({ run }) {
      const ended = await run();
      return { ...outcomeOf(ended), whole: sameValue(ended.conclusion.report, FULL) };
    },
  },
  {
    name: "makes no report of one that breaks the schema",
    scenario: () => ({ turns: [reporting({ status: "finished" })], end: "repeat" }),
    expected: { ...WELL, report: "none", problem: true },
    async play({ run }) {
      const ended = await run();
      return { ...outcomeOf(ended), problem: ended.conclusion.reportProblem !== undefined };
    },
  },
  {
    name: "makes no report of mere words",
    scenario: () => ({ turns: [[{ do: "say", text: "I am done, trust me." }]], end: "repeat" }),
    expected: { ...WELL, report: "none", said: true },
    async play({ run }) {
      const ended = await run();
      const said = ended.events.some((event) => event.type === "text" && event.text.includes("trust me"));
      return { ...outcomeOf(ended), said };
    },
  },
  {
    name: "tells a command that failed, with its exit code and output",
    scenario: () => ({
      turns: [[{ do: "shell", command: "echo to-stderr >&2; exit 3" }], reporting()],
    }),
    expected: { ...WELL, exitCode: 3, output: true, duration: true },
    async play({ run }) {
      const ended = await run();
      const command = ended.events.find((event) => event.type === "command:finished");
      return {
        ...outcomeOf(ended),
        exitCode: command?.exitCode ?? "unknown",
        output: command?.outputTail.includes("to-stderr") ?? false,
        duration: command?.durationMs !== undefined,
      };
    },
  },
];

function asWritten({ delegations, needsHelp, ...report }: AgentReport): Readonly<Record<string, unknown>> {
  return {
    ...report,
    delegations: delegations.map(({ suggestedAgent, ...rest }) => ({ ...rest, suggested_agent: suggestedAgent })),
    needs_help: needsHelp,
  };
}

function toldIn(events: readonly AgentEvent[]): string {
  const signs: Readonly<Record<string, (event: AgentEvent) => boolean>> = {
    ready: (event) => event.type === "session:ready" && event.agentSession !== undefined,
    turn: (event) => event.type === "turn:started",
    text: (event) => event.type === "text" && event.text.includes("read the source"),
    "command 0": (event) => event.type === "command:finished" && event.exitCode === 0 && /commit/.test(event.command),
    "change of src/sum.js": (event) => event.type === "file:changed" && event.path === "src/sum.js",
    usage: (event) => event.type === "usage" && event.usage.outputTokens > 0,
  };
  return Object.entries(signs)
    .filter(([, shows]) => events.some(shows))
    .map(([name]) => name)
    .join(", ");
}

function sameValue(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

/** What an agent tells of its account's windows, each as it told it last. */
function windowsIn(events: readonly AgentEvent[]): string {
  const told = new Map<string, string>();
  for (const event of events) {
    if (event.type === "quota") told.set(event.window, `${event.window} ${event.usedPercent ?? "?"} %`);
  }
  return [...told.values()].join(", ") || "untold";
}
