import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseReport } from "./parse-report.ts";

const full = {
  status: "needs_review",
  summary: "Half of it",
  accomplished: ["a"],
  remaining: ["b"],
  files_changed: ["src/a.ts"],
  error: "boom",
  learnings: ["l"],
  delegations: [{ title: "Docs", body: "Write them", labels: ["docs"], suggested_agent: "codex" }],
  blockers: ["x"],
  reason: "why",
  needs_help: "which database?",
};

describe("parseReport", () => {
  it("reads every field", () => {
    expect(parseReport(JSON.stringify(full))).toEqual({
      kind: "report",
      report: {
        status: "needs_review",
        summary: "Half of it",
        accomplished: ["a"],
        remaining: ["b"],
        files: ["src/a.ts"],
        error: "boom",
        learnings: ["l"],
        delegations: [{ title: "Docs", body: "Write them", labels: ["docs"], suggestedAgent: "codex" }],
        blockers: ["x"],
        reason: "why",
        needsHelp: "which database?",
      },
    });
  });

  it("fills missing and null lists", () => {
    const parsed = parseReport('{"status":"done","summary":"s","files":null,"error":null}');
    expect(parsed).toMatchObject({ kind: "report", report: { files: [], blockers: [], delegations: [] } });
  });

  it.each([
    ["a fenced block", 'Done.\n```json\n{"status":"done","summary":"x"}\n```\nBye.'],
    [
      "the last of several fenced blocks",
      '```json\n{"status":"blocked","summary":"o"}\n```\n```json\n{"status":"done","summary":"x"}\n```',
    ],
    ["an unmarked fence", 'Done.\n```\n{"status":"done","summary":"x"}\n```'],
    ["bare JSON after prose with a brace", 'Use { to open.\n{"status":"done","summary":"x"}'],
    ["a stray quote in prose", 'He said "no.\n{"status":"done","summary":"x"} ok'],
    ["a wrapped report", '{"result":{"status":"done","summary":"x"}}'],
    ["trailing commas", '{"status":"done","summary":"x","files":["a",],}'],
    ["braces and fences inside strings", '```json\n{"status":"done","summary":"x","reason":"a } b ``` c"}\n```'],
    ["CRLF", '```json\r\n{"status":"done",\r\n"summary":"x"}\r\n```\r\n'],
    ["other JSON with a status after it", '{"status":"done","summary":"x"}\n{"status":200,"body":"ok"}'],
  ])("finds the report in %s", (_name, text) => {
    expect(parseReport(text)).toMatchObject({ kind: "report", report: { status: "done", summary: "x" } });
  });

  it.each([
    ["prose", "I am done. Everything works, status: done!"],
    ["nothing", ""],
    ["unrelated JSON", '{"name":"x","version":"1"}'],
    ["a log line", '{"status":"ok","ms":3}'],
    ["an HTTP sample", '```json\n{"status":200}\n```'],
    ["code", "function f() { return { status: 1 } }"],
  ])("sees no report in %s", (_name, text) => {
    expect(parseReport(text)).toEqual({ kind: "absent" });
  });

  it.each([
    ["an unknown status", '{"status":"finished","summary":"x"}'],
    ["a status of the wrong type", '{"status":true,"summary":"x"}'],
    ["a truncated report", '{"status":"done","summary":"it wor'],
    [
      "a truncated report with finished parts",
      '{"status":"done","delegations":[{"title":"t","status":"done","summary":"y"}],"su',
    ],
    ["a truncated fence", '```json\n{"status":"done","summ'],
    ["broken JSON", '```json\n{"status":"done" "summary":"x"}\n```'],
    ["a delegation without a title", '{"status":"done","summary":"x","delegations":[{"body":"b"}]}'],
  ])("says what is wrong with %s", (_name, text) => {
    const parsed = parseReport(text);
    expect(parsed.kind).toBe("invalid");
    expect(parsed.kind === "invalid" && parsed.problem.length).toBeGreaterThan(10);
  });

  it("never throws, and reports only what has a known status", () => {
    const noise = fc.string({ unit: "binary", maxLength: 300 });
    const jsonish = fc.array(
      fc.constantFrom("{", "}", '"', "\\", "\n", "```json", '"status"', ":", ",", '"done"', "x"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          noise,
          jsonish.map((parts) => parts.join("")),
          fc.json(),
        ),
        (text) => {
          const parsed = parseReport(text);
          if (parsed.kind === "report") expect(text).toContain(parsed.report.status);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("finds a report in any surroundings without braces", () => {
    const prose = fc.string({ maxLength: 200 }).map((text) => text.replaceAll(/[{}`"]/g, ""));
    fc.assert(
      fc.property(prose, prose, fc.string({ minLength: 1 }), (before, after, summary) => {
        const text = `${before}\n${JSON.stringify({ status: "done", summary: `s${summary}` }, null, 2)}\n${after}`;
        expect(parseReport(text)).toMatchObject({ kind: "report", report: { summary: `s${summary}`.trim() } });
      }),
    );
  });

  it.each([
    ["braces", "{"],
    ["objects", '{"status":1}'],
    ["nested starts", '{"status":"done","summary":'],
    ["fences", '```json\n{"status"'],
    ["quotes and commas", '",\n'],
  ])(
    "does bounded work on 10 MB of %s",
    (_name, piece) => {
      const text = piece.repeat(Math.ceil(10_000_000 / piece.length));
      expect(["absent", "invalid"]).toContain(parseReport(text).kind);
    },
    2000,
  );
});
