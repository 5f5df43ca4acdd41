import {
  parseCommitSha,
  parseTreeSha,
  unwrap,
  type Activity,
  type Attempt,
  type DiffStat,
  type GradingRules,
  type Receipt,
  type TestRun,
} from "@orch/core";
import { describe, expect, test } from "vitest";

import { judgePolicy } from "./judge.ts";
import { lacksTests, opinionByFacts, opinionOfModel } from "./semantic.ts";

const rules: GradingRules = {
  diffBudget: "off",
  maxChangedFiles: 8,
  maxAddedLines: 150,
  minChecks: 0,
  forbiddenCommands: [],
  publishCommands: [],
  failedTests: "recovered",
  knownTestFailures: [],
  testCommands: [],
  mode: "hybrid",
};

function activity(over: Partial<Activity>): Activity {
  return { events: {}, commands: 0, failedCommands: 0, slowest: [], ...over };
}

function ran(over: Partial<TestRun>): Pick<Attempt, "activity"> {
  return { activity: activity({ tests: [{ command: "npm test", runs: 2, failures: 1, ...over }] }) };
}

function receipt(argv: readonly string[], exitCode = 0): Receipt {
  const commit = unwrap(parseCommitSha("a".repeat(40)));
  const times = { startedAt: 1, endedAt: 2, timedOut: false, clean: true };
  const output = { outputHash: "", outputBytes: 0, outputTail: "" };
  return { check: "check", argv, exitCode, commit, tree: unwrap(parseTreeSha("b".repeat(40))), ...times, ...output };
}

function change(files: number, added: number): DiffStat {
  const file = { path: "a", change: "modified", added: 1, deleted: 0, binary: false } as const;
  return { files: Array.from({ length: files }, () => file), added, deleted: 0 };
}

describe("tests that the agent ran", () => {
  test.each([
    ["passed again", ran({ passedLast: true }), undefined],
    ["failed last", ran({ passedLast: false }), "test_command_failed"],
    ["nobody knows how they ended", ran({}), "test_command_failed"],
    ["are known to fail", ran({ passedLast: false, known: true }), undefined],
    ["never failed", ran({ failures: 0, passedLast: true }), undefined],
    ["of an earlier version's record", { activity: activity({}) }, undefined],
  ])("%s", (_, attempt, reason) => {
    expect(judgePolicy(attempt, { rules, receipts: [] })?.reason).toBe(reason);
  });

  test("strict: whatever failed once", () => {
    const strict = { ...rules, failedTests: "strict" } as const;
    const receipts = [receipt(["npm", "test"])];
    expect(judgePolicy(ran({ passedLast: true }), { rules: strict, receipts })?.reason).toBe("test_command_failed");
    expect(judgePolicy(ran({ known: true }), { rules: strict, receipts })).toBeUndefined();
  });

  test("a receipt of a test is newer, and proof; one of anything else is not", () => {
    const failed = ran({ passedLast: false });
    const judged = (receipts: readonly Receipt[]): string | undefined =>
      judgePolicy(failed, { rules, receipts })?.reason;
    expect(judged([receipt(["bash", "-c", "cd a && npm test"])])).toBeUndefined();
    expect(judged([receipt(["npm", "test"], 1)])).toBe("test_command_failed");
    expect(judged([receipt(["npm", "run", "lint"])])).toBe("test_command_failed");
    const own = { ...rules, testCommands: ["prove it's"] };
    expect(judgePolicy(failed, { rules: own, receipts: [receipt(["prove", "it's"])] })).toBeUndefined();
  });
});

describe("a change without checks", () => {
  const wanting = { ...rules, minChecks: 1 };

  test("is weighed only where nothing could have run", () => {
    const bare = { activity: activity({ tests: [] }) };
    expect(lacksTests(bare, { rules: wanting, receipts: [] })).toBe(true);
    expect(lacksTests(bare, { rules, receipts: [] })).toBe(false);
    expect(lacksTests(bare, { rules: { ...wanting, mode: "rules" }, receipts: [] })).toBe(false);
    expect(lacksTests(bare, { rules: { ...wanting, minChecks: 2 }, receipts: [receipt(["npm", "test"])] })).toBe(false);
    expect(lacksTests(ran({ passedLast: true }), { rules: wanting, receipts: [] })).toBe(false);
  });

  test.each([
    { what: "a linter passed and it is small", validated: ["npx eslint ."], files: 8, lines: 240, accepted: true },
    { what: "no linter passed", validated: [], files: 1, lines: 1, accepted: false },
    { what: "it touches too many files", validated: ["npx eslint ."], files: 9, lines: 1, accepted: false },
    { what: "it adds too many lines", validated: ["npx eslint ."], files: 1, lines: 241, accepted: false },
  ])("by the facts: $what", ({ validated, files, lines, accepted }) => {
    const attempt = { activity: activity({ validated }), diff: change(files, lines) };
    const semantic = opinionByFacts(attempt);
    expect(semantic).toMatchObject({ by: "facts", accepted });
    const objection = judgePolicy({ ...attempt, semantic }, { rules: wanting, receipts: [] });
    expect(objection?.reason).toBe(accepted ? undefined : "missing_evidence");
  });

  test("a model's words are read strictly", () => {
    const read = opinionOfModel({ accept: true, reason: `fine\n${"x".repeat(400)}` });
    expect(read).toMatchObject({ by: "model", accepted: true });
    expect(read?.why).toHaveLength(300);
    for (const value of [undefined, "yes", { accept: "true", reason: "" }, { accept: true }]) {
      expect(opinionOfModel(value)).toBeUndefined();
    }
  });
});
