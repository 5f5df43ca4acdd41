import {
  internalTaskId,
  noUsage,
  parseAgentName,
  parseProjectId,
  unwrap,
  verdictOf,
  type Attempt,
  type MergePolicy,
  type StepName,
  type StepRecord,
  type Verdict,
} from "@orch/core";
import { expect, test } from "vitest";

import { digestOf, type DigestFacts } from "./digest.ts";

const ref = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(7) };
const agent = unwrap(parseAgentName("robot"));

function attemptOf(over: Partial<Attempt> = {}): Attempt {
  const assignment = { agent, complexity: "simple", why: "only one" } as const;
  return { ...ref, attempt: 2, assignment, phase: "publishing", startedAt: 0, usage: noUsage, ...over };
}

function step(name: StepName, ms: number, attempt = 2): StepRecord {
  return { ...ref, attempt, step: name, state: "done", output: null, startedAt: 1_000, endedAt: 1_000 + ms };
}

function digest(verdict: Verdict, over: Partial<DigestFacts> & { readonly attempt?: Partial<Attempt> } = {}) {
  const { attempt, ...facts } = over;
  const merge: MergePolicy = "approve_gate";
  const base = { verdict, receipts: [], rules: undefined, merge, steps: [], earlier: [], now: 9_000 };
  return digestOf(attemptOf(attempt), { ...base, ...facts });
}

test("stages hold this attempt's times and quantiles over all attempts", () => {
  const steps = [step("prepare", 1_000), { ...step("run", 0), endedAt: 4_000 }];
  const earlier = [1, 2, 3, 4].map((number) => step("run", number * 1_000, 1));
  expect(digest({ kind: "pass" }, { steps, earlier }).stages).toEqual([
    {
      step: "prepare",
      ms: 1_000,
      share: 0.25,
      attempts: 1,
      totalMs: 1_000,
      averageMs: 1_000,
      p50Ms: 1_000,
      p90Ms: 1_000,
    },
    {
      step: "run",
      ms: 3_000,
      share: 0.75,
      attempts: 5,
      totalMs: 13_000,
      averageMs: 2_600,
      p50Ms: 3_000,
      p90Ms: 4_000,
    },
  ]);
});

test.each<[string, Verdict, string, string]>([
  ["a pass without checks", { kind: "pass" }, "human_review_gate", "high"],
  ["a failure that is tried again", verdictOf("checks_failed", "Failed: test."), "retry", "normal"],
  ["a person's case", verdictOf("no_changes", "Nothing differs."), "human_review", "high"],
])("what to do about %s", (...[, verdict, action, priority]) => {
  expect(digest(verdict).recommendation).toMatchObject({ action, priority });
});

test("the insight is Markdown with at most five hints, and nothing of an agent's breaks its lines", () => {
  const told = digest(verdictOf("no_changes", "Nothing\n# differs."), {
    attempt: {
      warnings: ["one", "two", "three", "four", "five\n# six"],
      activity: {
        events: {},
        commands: 2,
        failedCommands: 0,
        slowest: [{ command: "npm `test`\n# heading", ms: 90_000 }],
        durations: { p50: 1, p90: 90_000, total: 100_000 },
      },
    },
    steps: [step("run", 2_000)],
  });
  const { insight } = told;
  expect(insight.split("\n").filter((line) => line.startsWith("#"))).toEqual([
    "# int-7, attempt 2: no_changes",
    "## Evidence",
    "## Where the time went",
    "## Longest commands",
    "## What to do",
    "## Hints",
  ]);
  expect(insight).toContain("- 90.0 s: `npm 'test' # heading`");
  const hints = insight.slice(insight.indexOf("## Hints")).match(/^- .+$/gm);
  expect(hints).toHaveLength(5);
  expect(hints?.[0]).toContain("cancel the task");
});

test("hints name what took the time and what came again and again", () => {
  const { insight } = digest(
    { kind: "pass" },
    {
      attempt: {
        activity: {
          events: {},
          commands: 6,
          failedCommands: 4,
          slowest: [{ command: "make", ms: 90_000 }],
          durations: { p50: 1, p90: 90_000, total: 100_000 },
          frequent: [{ command: "ls", runs: 5 }],
        },
      },
    },
  );
  expect(insight).toContain("- Configure checks");
  expect(insight).toContain("- One command took 90.0 s of 100.0 s: make");
  expect(insight).toContain("- The same command ran 5 times: ls");
});
