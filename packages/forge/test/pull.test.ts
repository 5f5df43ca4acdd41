import { issueCommands } from "@orch/commands";
import { parseBranchName, parseTaskId, unwrap, type GradingRules, type PullSettings } from "@orch/core";
import { neutraliseOutput as neutral } from "@orch/security";
import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, it, test } from "vitest";

import {
  conventionOf,
  evaluateGate,
  gateCodes,
  isDraft,
  parseCommand,
  pullBody,
  pullTitle,
  squashText,
  type GateFacts,
  type PullView,
} from "../src/index.ts";
import { assignment, commit, madeAttempt, madeReceipt, madeTask, outsideCode, SPOOFS } from "./made.ts";

const settings: PullSettings = {
  linkStyle: "refs",
  draft: false,
  mergeMethod: "squash",
  checksWaitMs: 120_000,
  requiredWaitMs: 21_600_000,
  gate: "warn",
};
const task = madeTask({ status: "new" });
const done = { failed: [], warnings: [], blocks: false };

function body(over: Partial<PullView> = {}): string {
  const view = { task, attempt: madeAttempt(), receipts: [madeReceipt()], gate: done, settings };
  return pullBody({ ...view, ...over }, { neutral });
}

describe("the text of a pull request", () => {
  it("tells approach, changes, proof, notes and how to reproduce", () => {
    expect(body({ gate: { ...done, failed: ["missing_contract"] } })).toMatchSnapshot();
  });

  it.each([
    ["none", /#12\b(?!`)/, false],
    ["refs", /^Refs #12$/m, true],
    ["closes", /^Closes #12$/m, true],
  ] as const)("links its issue as %s", (linkStyle, pattern, there) => {
    const text = body({ settings: { ...settings, linkStyle } });
    expect(pattern.test(text.replace(/<sub>.*/s, ""))).toBe(there);
    const internal = body({
      settings: { ...settings, linkStyle },
      task: { ...task, id: unwrap(parseTaskId("int-5")) },
    });
    expect(internal).not.toMatch(/^(?:Refs|Closes)/m);
  });

  it("fills a repository's template and keeps all of its words", () => {
    const template = `<!-- Thank you! -->
# Description
<!-- What does it do? -->

## How has this been tested?

\`\`\`
## Changes
\`\`\`

## Checklist
- [ ] I have read CONTRIBUTING.md
`;
    const text = body({ template });
    expect(text).toMatchSnapshot();
    const order = ["# Description", "The door opens again.", "## How has", "| check | command", "## Checklist"];
    const places = order.map((words) => text.indexOf(words));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
  });

  it("loses no line of any template", () => {
    const line = constantFrom(
      "# Summary",
      "## Test plan",
      "- [ ] done",
      "```",
      "",
      "<!-- hint -->",
      "### Notes",
      "text",
      "~~~",
    );
    assert(
      property(array(line, { maxLength: 30 }), (lines) => {
        const template = lines.join("\n");
        const kept = body({ template }).split("\n");
        let from = 0;
        for (const each of lines.filter((one) => one !== "")) {
          const at = kept.indexOf(each, from);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + 1;
        }
        expect(body({ template })).toContain("Made by orch");
      }),
      { numRuns: 1000 },
    );
  });

  it("does nothing that an agent wrote, and fits", { timeout: 120_000 }, () => {
    assert(
      property(array(constantFrom(...SPOOFS), { minLength: 1, maxLength: 4 }), (parts) => {
        const report = madeAttempt().report;
        if (report === undefined) throw new TypeError("the attempt has a report");
        const attempt = madeAttempt({
          report: { ...report, summary: parts.join("\n"), accomplished: parts, remaining: parts },
          diff: {
            added: 1,
            deleted: 0,
            files: parts.map((path) => ({ path, change: "added", added: 1, deleted: 0, binary: false })),
          },
        });
        const text = body({
          attempt,
          receipts: [madeReceipt({ argv: parts })],
          settings: { ...settings, linkStyle: "none" },
        });
        expect(parseCommand(text, { commands: issueCommands }).kind).toBe("none");
        const seen = text.replaceAll(
          /^<!-- (?:orch-gate: [0-9a-f]{40} [a-z_,]+|\/?orch:own|orch:text [0-9a-f]{32}) -->$/gm,
          "",
        );
        expect(text.length - seen.length, "each of them once").toBeLessThan(500);
        expect(seen).not.toMatch(/@(?:ann|orch)\b|<!--/i);
        expect(outsideCode(text)).not.toMatch(/!\[|<img|^(?:`{3}|~{3})/im);
        expect(text).not.toMatch(/(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[^\w#]{0,12}(?:[\w.-]+\/[\w.-]+)?#\d/i);
        expect(text.length).toBeLessThan(65_000);
      }),
      { numRuns: 100 },
    );
  });
});

test("a pull request begins as a draft where people want it, from strangers' words, and with what a person has to see", () => {
  const branch = unwrap(parseBranchName("main"));
  const result = { branch, base: branch, commit, attempt: 1, checks: 1 };
  const cautions = [{ kind: "lockfile", files: ["yarn.lock"], count: 1 }] as const;
  expect(isDraft({ result }, settings)).toBe(false);
  expect(isDraft({ result }, { ...settings, draft: true })).toBe(true);
  expect(isDraft({ result, trust: "reviewed" }, settings)).toBe(true);
  expect(isDraft({ result, trust: "untrusted" }, settings)).toBe(true);
  expect(isDraft({ result: { ...result, cautions } }, settings)).toBe(true);
});

describe("titles", () => {
  it.each([
    ["Mend the door", [], "plain", "Mend the door"],
    ["Mend the door", ["bug"], "conventional", "fix: mend the door"],
    ["Mend the door", ["Type: docs"], "conventional", "docs: mend the door"],
    ["Mend the door", [], "conventional", "feat: mend the door"],
    ["fix(door): creaks", ["feature"], "conventional", "fix(door): creaks"],
    ["  two\n lines ", [], "plain", "two lines"],
    ["\u200b", [], "plain", "Untitled task"],
  ] as const)("%j with %j is, written %s, %j", (...[title, labels, convention, expected]) => {
    expect(pullTitle({ title, labels }, { neutral, convention })).toBe(expected);
  });

  it("follow what the repository does", () => {
    expect(conventionOf(["feat: a", "fix(b)!: c", "Merge d"])).toBe("conventional");
    expect(conventionOf(["feat: a", "Mend the door"])).toBe("plain");
    expect(conventionOf([])).toBe("plain");
  });

  it("of a squash say the pull request, the issue and the agent", () => {
    expect(squashText(task, { pull: 34, agent: "codex", summary: "It opens.\nfixes #9", neutral })).toEqual({
      title: "Mend the door (#34)",
      message: "It opens. f\u2060ixes #9\n\nRefs: #12\nAgent: codex",
    });
  });

  it("are one line, and nothing in them works", () => {
    assert(
      property(string({ unit: "binary" }), constantFrom(...SPOOFS), (before, spoof) => {
        const title = pullTitle({ title: `${before}${spoof}`, labels: [] }, { neutral });
        expect(title).not.toMatch(/\n|@(?:ann|orch)\b|<!--/);
        expect(title.length).toBeLessThanOrEqual(256);
        expect(title).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

const rules: GradingRules = {
  diffBudget: "warn",
  maxChangedFiles: 8,
  maxAddedLines: 150,
  minChecks: 0,
  forbiddenCommands: [],
  publishCommands: [],
  failedTests: "recovered",
  knownTestFailures: [],
  testCommands: [],
  mode: "rules",
};

describe("the definition of done", () => {
  const { grade: _grade, ...ungraded } = madeAttempt();
  const { baseCommit: _base, ...unprepared } = madeAttempt();
  const taught = madeAttempt({ assignment: { ...assignment, skills: ["git", "design"] } });
  const good: GateFacts = { task, attempt: madeAttempt(), receipts: [madeReceipt()], rules };
  const tests = (over: object) => ({
    activity: {
      events: {},
      commands: 1,
      failedCommands: 1,
      slowest: [],
      tests: [{ command: "npm test", runs: 2, failures: 1, ...over }],
    },
  });

  it.each<[string, Partial<GateFacts>]>([
    ["missing_contract", { task: { body: " " } }],
    ["missing_digest", { attempt: ungraded }],
    ["digest_load_error", { attempt: ungraded, unreadableDigest: true }],
    ["runtime_not_pass", { attempt: madeAttempt({ verdict: { kind: "human", reason: "quota", detail: "" } }) }],
    ["preflight_not_ok", { attempt: unprepared }],
    ["insufficient_test_evidence", { receipts: [] }],
    ["insufficient_test_evidence", { receipts: [madeReceipt({ clean: false })] }],
    ["insufficient_test_evidence", { rules: { ...rules, minChecks: 2 } }],
    ["failed_test_commands_present", { attempt: madeAttempt(tests({ passedLast: false })) }],
    ["changed_files_budget_exceeded", { rules: { ...rules, maxChangedFiles: 2 } }],
    ["added_lines_budget_exceeded", { rules: { ...rules, maxAddedLines: 41 } }],
    ["missing_required_skills", { skills: { requiredSkills: ["review"] } }],
    ["missing_required_skills", { skills: { skillsMode: "agentpr", requiredSkills: ["review"] } }],
    ["skills_mode_mismatch", { skills: { skillsMode: "off" }, attempt: taught }],
    ["skills_mode_mismatch", { skills: { skillsMode: "agentpr", defaultSkills: ["git"] }, attempt: taught }],
  ])("names %s", (code, over) => {
    const facts = { ...good, ...over };
    expect(evaluateGate(facts, { mode: "warn" })).toEqual({ failed: [code], warnings: [], blocks: false });
    expect(evaluateGate(facts, { mode: "enforce" }).blocks).toBe(true);
    expect(evaluateGate(facts, { mode: "off" }).blocks).toBe(false);
  });

  it("names what an agent did that it may not, and a grade that is no pass", () => {
    const breaches = [{ kind: "forbidden", pattern: "sudo", command: "sudo rm" }] as const;
    const { grade } = madeAttempt();
    if (grade === undefined) throw new TypeError("the attempt has a grade");
    const attempt = madeAttempt({
      activity: { events: {}, commands: 1, failedCommands: 0, slowest: [], breaches },
      grade: { ...grade, outcome: "safety_violation" },
    });
    expect(evaluateGate({ ...good, attempt }, { mode: "warn" }).failed).toEqual([
      "runtime_not_runtime_success",
      "safety_violation_present",
    ]);
  });

  it("lets a good result through, and one whose tests recovered with a warning", () => {
    expect(evaluateGate(good, { mode: "enforce" })).toEqual(done);
    expect(
      evaluateGate({ ...good, rules: { ...rules, diffBudget: "off", maxAddedLines: 1 } }, { mode: "enforce" }),
    ).toEqual(done);
    expect(evaluateGate({ ...good, attempt: madeAttempt(tests({ passedLast: true })) }, { mode: "enforce" })).toEqual({
      ...done,
      warnings: ["failed_test_commands_observed_but_converged"],
    });
    expect(evaluateGate({ ...good, attempt: madeAttempt(tests({ known: true })) }, { mode: "enforce" })).toEqual(done);
  });

  it("accepts a change without tests that was accepted before, with a warning", () => {
    const { grade } = madeAttempt();
    if (grade === undefined) throw new TypeError("the attempt has a grade");
    const attempt = madeAttempt({
      semantic: { by: "facts", accepted: true, why: "small" },
      grade: { ...grade, basis: "no_tests_but_validated" },
    });
    expect(evaluateGate({ ...good, attempt, receipts: [] }, { mode: "enforce" })).toEqual({
      ...done,
      warnings: ["semantic_no_test_infra_override"],
    });
  });

  it("has a meaning for every code", () => {
    expect(Object.values(gateCodes).every((meaning) => meaning.endsWith("."))).toBe(true);
  });
});
