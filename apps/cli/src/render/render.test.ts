import { stripVTControlCharacters } from "node:util";

import type { SessionEvent } from "@orch/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { renderLogLine } from "./log-line.ts";
import { renderResult } from "./results.ts";
import { createStyle, cutTo, oneLine, printable, widthOf } from "./style.ts";
import { renderTable } from "./table.ts";
import { renderSessionEvent } from "./transcript.ts";
import { renderVerdict } from "./verdict.ts";

const plain = createStyle(false);
const colour = createStyle(true);
/** Everything that a terminal would obey, but newline and tab. */
const CONTROL = /[^\P{Cc}\n\t]/u;

test("a table is as wide as its cells in a pipe, and as the terminal on one", () => {
  const rows = [
    [{ text: "int-1" }, { text: "a long title ".repeat(10) }],
    [{ text: "日本" }, { text: "x" }],
  ];
  const piped = renderTable(["ID", "TITLE"], rows, { style: plain, columns: 40 });
  expect(piped).toContain("a long title a long title");
  expect(piped.split("\n")[2]).toBe("日本   x");
  const shown = renderTable(["ID", "TITLE"], rows, { style: colour, columns: 40 });
  for (const line of shown.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(40);
});

test("texts are cut between whole characters", () => {
  expect(cutTo("abcdef", 6)).toBe("abcdef");
  expect(cutTo("abcdefg", 6)).toBe("abcde…");
  expect(cutTo("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5)).toBe("👩‍👩‍👧👩‍👩‍👧…");
});

test("nothing that a terminal obeys gets through, whatever it is", () => {
  const piece = fc.constantFrom(
    "\u001B",
    "[",
    "]",
    "31m",
    "2J",
    "52;c;aGk=",
    "\u0007",
    "\u009B",
    "\r",
    "\b",
    "\u0000",
    "x",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join("");
      expect(oneLine(text)).not.toMatch(CONTROL);
      expect(printable(text, plain)).not.toMatch(CONTROL);
      expect(stripVTControlCharacters(printable(text, colour))).not.toMatch(CONTROL);
    }),
    { numRuns: 2000 },
  );
});

test("the transcript shows what an agent did", () => {
  const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 2 };
  const failure = { class: "network", message: "gone" } as const;
  const events = [
    { kind: "started", sandbox: "bwrap" },
    { kind: "agent", event: { type: "session:ready", model: "m" } },
    { kind: "agent", event: { type: "turn:started", turn: 1 } },
    { kind: "agent", event: { type: "text", text: "hello\nthere\n" } },
    { kind: "agent", event: { type: "reasoning", text: "hm" } },
    { kind: "agent", event: { type: "tool:started", tool: "edit", id: "1", summary: "a.js" } },
    { kind: "agent", event: { type: "tool:finished", tool: "edit", id: "1", ok: false, summary: "no such file" } },
    { kind: "agent", event: { type: "command:started", id: "2", command: "npm test" } },
    { kind: "agent", event: { type: "command:finished", id: "2", command: "npm test", exitCode: 0, outputTail: "" } },
    { kind: "agent", event: { type: "command:finished", id: "2", command: "x", exitCode: 2, outputTail: "bad\n" } },
    { kind: "agent", event: { type: "file:changed", path: "a.js", change: "added" } },
    { kind: "agent", event: { type: "message:delivered", messageId: "1" } },
    { kind: "agent", event: { type: "permission:requested", id: "1", what: "network" } },
    { kind: "agent", event: { type: "permission:answered", id: "1", allowed: false } },
    { kind: "agent", event: { type: "permission:withdrawn", id: "2" } },
    { kind: "agent", event: { type: "usage", usage } },
    { kind: "agent", event: { type: "retry", failure } },
    { kind: "agent", event: { type: "error", failure } },
    { kind: "agent", event: { type: "turn:finished", turn: 1, status: "interrupted" } },
    { kind: "output", stream: "stdout", text: "raw\n" },
    { kind: "input", messageId: "1", from: "cli:ana", text: "faster" },
    { kind: "notice", text: "note" },
  ] as const;
  const lines = events.flatMap((event, index) => {
    const whole: SessionEvent = { seq: index + 1, at: 0, ...event };
    return renderSessionEvent(whole, plain) ?? [];
  });
  expect(lines).toMatchSnapshot();
});

test("a final report is said in one line, and other JSON as it is", () => {
  const say = (text: string): string | undefined =>
    renderSessionEvent({ seq: 1, at: 0, kind: "agent", event: { type: "text", text } }, plain);
  expect(say('```json\n{"status":"needs_review","summary":"which\\u001b[2J one?"}\n```')).toBe(
    "reports needs review: which one?",
  );
  expect(say('{"status":"done","summary":"ready"}')).toBe("reports done: ready");
  expect(say('{"name":"x"}')).toBe('{"name":"x"}');
  expect(say('I write {"status":"done","summary":"x"} now.')).toBe('I write {"status":"done","summary":"x"} now.');
});

test("a verdict shows the end of what a failed check printed", () => {
  const receipt = {
    check: "test",
    argv: ["x"],
    ok: false,
    exitCode: 1,
    timedOut: false,
    seconds: 1.5,
    clean: true,
    commit: "c",
    tree: "t",
    outputBytes: 9,
    outputHash: "h",
    startedAt: 0,
    outputTail: "1\n2\n3\n4\n5\n6\n\n  \u001B]0;x\u0007last\n",
  };
  const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  const base = { attempt: 2, phase: "ended", agent: "a", why: "w", startedAt: 0, usage };
  const verdict = { kind: "retryable", reason: "checks_failed", detail: "test" } as const;
  expect(renderVerdict({ ...base, receipts: [receipt], verdict, lesson: "look\ncloser" }, plain)).toBe(
    [
      "orch checks ✗ test exit 1, 1.5 s",
      ...["3", "4", "5", "6", "last"].map((line) => `    ${line}`),
      "attempt 2 does not pass: checks_failed, test",
      "the next one is told: look closer",
    ].join("\n"),
  );
  const passed = { ...receipt, ok: true, exitCode: 0 };
  expect(renderVerdict({ ...base, receipts: [passed], verdict: { kind: "pass" } }, plain)).toBe(
    "orch checks ✓ test 1.5 s\nattempt 2 passes",
  );
});

test("a verb without a form of its own is shown as JSON", () => {
  expect(renderResult("unheard of", { a: 1 }, { style: plain, columns: 80 })).toBe('{\n  "a": 1\n}\n');
  expect(renderResult("constructor", {}, { style: plain, columns: 80 })).toBe("{}\n");
});

test("a line of the log says when, how grave, which task and what, and leaves nothing out", () => {
  const at = "2026-01-02T03:04:05.678Z";
  const attempt = { project: "acme/app", id: "int-4", attempt: 2 };
  const error = { message: "no\nroom", code: "disk_full" };
  const record = { at, level: "warn", message: "a step failed", attempt, error, step: "check", tries: [1] };
  expect(renderLogLine(JSON.stringify(record), plain)).toBe(
    "2026-01-02 03:04:05  warn   acme/app#int-4/2  a step failed  no room (disk_full)  step=check  tries=[1]",
  );
  expect(renderLogLine("(node:7) a warning\u001b]0;x\u0007", plain)).toBe("(node:7) a warning");
  expect(renderLogLine('{"at":1}', plain)).toBe('{"at":1}');
});

test("what was learned is a row for each agent, with money, floors and what looking on saw", () => {
  const known = { agent: "codex", tasks: 9, landed: 7, reworked: 1, lost: 1, mean: 0.78, low: 0.55, high: 0.93 };
  const rows = [
    { project: "acme/app", complexity: "medium", kind: "bug", ...known, costUsd: 0.5, costTerm: 0.1, floor: "none" },
    { project: "acme/app", complexity: "medium", ...known, model: "small", costTerm: 0, floor: "held_back" },
  ];
  const shadow = { choices: 4, agreed: 3, gain: 0.05 };
  const canvas = { style: plain, columns: 200 };
  expect(renderResult("route stats", { project: null, mode: "off", rows, shadow }, canvas)).toBe(
    [
      "PROJECT   COMPLEXITY  KIND  AGENT          TASKS  LANDED  REWORKED  LOST  USD EACH  REWARD       90 %          FLOOR",
      "acme/app  medium      bug   codex          9      7       1         1     0.5000    78 % - 10 %  55 % to 93 %",
      "acme/app  medium      -     codex (small)  9      7       1         1     -         78 %         55 % to 93 %  held back: its share alone",
      "",
      "Looked on at 4 choices in 30 days, agreed with 3; expected of its own: +5 % reward for each.",
      "",
      "router.learn is off, so none of this decides anything.",
      "",
    ].join("\n"),
  );
  expect(renderResult("route stats", { project: null, mode: "on", rows: [], shadow }, canvas)).toBe(
    "No task was decided yet, so nothing is known.\n",
  );
});

test("what was known of each candidate stands below the choice", () => {
  const known = { tasks: 9, landed: 7, reworked: 1, lost: 1, mean: 0.78, low: 0.55, high: 0.93, costTerm: 0 };
  const candidates = [
    { ...known, agent: "codex", floor: "none", share: 0.05, drawn: 0.8 },
    { ...known, agent: "claude", tasks: 1, floor: "unproven", share: 0.5, drawn: 0.4 },
  ];
  const learned = { mode: "on", agent: "codex", by: "evidence", complexity: "medium", candidates };
  const why = "learning: codex for medium tasks, by the best draw";
  const data = { task: { id: "int-1" }, agent: "codex", complexity: "medium", why, log: [why], learned };
  expect(renderResult("task route", data, { style: plain, columns: 200 })).toBe(
    [
      `int-1 → codex (complexity: medium, reason: ${why})`,
      `  ${why}`,
      "",
      "LEARNED  TASKS  LANDED  REWORKED  LOST  USD EACH  REWARD  90 %          DRAWN  LEAST SHARE  FLOOR",
      "codex ←  9      7       1         1     -         78 %    55 % to 93 %  80 %   5 %",
      "claude   1      7       1         1     -         78 %    55 % to 93 %  40 %   50 %         unproven: keeps its turns",
      "",
    ].join("\n"),
  );
});
