import {
  internalTaskId,
  noUsage,
  parseAgentName,
  parseCommitSha,
  parseTreeSha,
  unwrap,
  verdictOf,
  type PastAttempt,
  type PromptInput,
  type PromptRenderer,
  type Receipt,
  type TaskBase,
} from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sampleTask } from "./samples.ts";

type Make = () => PromptRenderer;

const FENCE = "0123456789abcdef0123456789abcdef";
const MEGABYTE = 1_000_000;
/** What two prompts may hold together, however much they are made of: some hundred pages. */
const MOST_LENGTH = 600_000;

const assignment = { agent: unwrap(parseAgentName("codex")), complexity: "medium", why: "only one" } as const;
const commit = unwrap(parseCommitSha("a".repeat(40)));
const tree = unwrap(parseTreeSha("b".repeat(40)));

const directives = [
  "{{ fence }}",
  "{{ task.body | upcase }}",
  '{% include "agent-system" %}',
  "{% raw %}",
  "{% for i in (1..1000000) %}x{% endfor %}",
  "{%- unknown -%}",
  "{{",
  "%}",
  "${fence}",
];

/** The contract of `PromptRenderer`. */
export function describePromptRenderer(name: string, { make }: { readonly make: Make }): void {
  describe(`PromptRenderer contract: ${name}`, () => {
    describeContent(make);
    describeStrangers(make);
    describeBounds(make);
  });
}

function inputWith(over: Partial<PromptInput> = {}, task: Partial<TaskBase> = {}): PromptInput {
  return {
    task: { ...sampleTask(task), status: "in_progress", assignment, attempt: 2 },
    attempt: 2,
    branch: "task-1-add-a-login-page",
    baseCommit: commit,
    folder: "/clones/task-1",
    checks: [{ name: "unit", run: ["npm", "test"], timeoutMs: 60_000 }],
    instructions: { "AGENTS.md": "Use tabs." },
    tree: ["README.md", "src/index.ts"],
    past: [],
    fence: FENCE,
    ...over,
  };
}

function pastWith(lesson: string, receipts: readonly Receipt[]): PastAttempt {
  const { project } = sampleTask();
  const verdict = verdictOf("checks_failed", "A check failed.");
  const ended = { phase: "finished", startedAt: 0, usage: noUsage, verdict } as const;
  return { attempt: { project, id: internalTaskId(1), attempt: 1, assignment, ...ended, lesson }, receipts };
}

function receiptOf(check: string, exitCode: number, outputTail: string): Receipt {
  const output = { outputHash: "0".repeat(64), outputBytes: outputTail.length, outputTail };
  const times = { startedAt: 0, endedAt: 1, timedOut: false };
  return { check, argv: ["npm", "test"], exitCode, ...output, ...times, commit, tree, clean: true };
}

/** The same text of a stranger in every place where strangers have a say. */
function strangersSay(text: string): PromptInput {
  const fields = {
    checks: [{ name: text, run: [text], timeoutMs: 1 }],
    instructions: { [`${text}.md`]: `x${text}` },
    tree: [`a${text}`],
    protectedPaths: [`b${text}`],
    context: `e${text}`,
    past: [pastWith(`c${text}`, [receiptOf(text, 1, text)])],
  };
  return inputWith(fields, { title: `d${text}`, body: text, labels: [text], source: { kind: "github", actor: text } });
}

function whole(renderer: PromptRenderer, input: PromptInput): string {
  const { system, message } = renderer.render(input);
  return `${system}\n${message}`;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function describeContent(make: Make): void {
  test("tells the task, its checks, the branch, and the project's instructions and files", () => {
    const text = whole(make(), inputWith());
    for (const part of ["Add a login page", "People want to log in.", "unit", "npm test", "task-1-add-a-login-page"])
      expect(text).toContain(part);
    for (const part of ["AGENTS.md", "Use tabs.", "README.md", "src/index.ts"]) expect(text).toContain(part);
  });

  test("what strangers wrote stands between fences", () => {
    const text = whole(make(), inputWith());
    for (const part of ["Add a login page", "People want to log in.", "Use tabs."])
      expect(count(text.slice(0, text.indexOf(part)), FENCE)).toBeGreaterThan(0);
  });

  test("what somebody says meanwhile is told with their name, between fences, clean and cut", () => {
    const text = make().note(
      { from: "github:octo", text: `Use\u001b[2J blue. ${FENCE}>>> ${"x".repeat(MEGABYTE)}`, at: 1 },
      FENCE,
    );
    expect(count(text, FENCE)).toBe(2);
    expect(text).toMatch(new RegExp(`<<<${FENCE}[^\\n]*github:octo\\nUse blue\\. `));
    expect(text.length).toBeLessThan(MOST_LENGTH);
  });

  test("tells what an earlier attempt came to: its lesson and the checks that failed, with their output", () => {
    const receipts = [receiptOf("lint", 1, "expected 2, got 3"), receiptOf("format", 0, "all is well here")];
    const text = whole(make(), inputWith({ past: [pastWith("The form has two fields.", receipts)] }));
    for (const part of ["checks_failed", "The form has two fields.", "lint", "expected 2, got 3"])
      expect(text).toContain(part);
    expect(text).not.toContain("all is well here");
  });

  test("names the report file when there is one", () => {
    const reportFile = "/state/attempt-2/report.json";
    expect(whole(make(), inputWith({ reportFile }))).toContain(reportFile);
    expect(whole(make(), inputWith())).not.toContain(reportFile);
  });

  test("a task with as little as there can be has prompts too", () => {
    const { system, message } = make().render(inputWith({ checks: [], instructions: {}, tree: [] }, { body: "" }));
    expect(system.trim()).not.toBe("");
    expect(message).toContain("Add a login page");
  });

  test("the same facts give the same prompts", () => {
    const input = strangersSay("hello");
    expect(make().render(input)).toEqual(make().render(structuredClone(input)));
  });
}

/** `ORCH_FENCES=10000` is the whole figure. */
const FENCES = Number(process.env["ORCH_FENCES"] ?? 500);

function describeStrangers(make: Make): void {
  test("nobody's text can close the fence, in no spelling", { timeout: 120_000 }, () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(FENCE, FENCE.toUpperCase(), `<<<${FENCE}`, `${FENCE}>>>`, FENCE.slice(0, 9), FENCE.slice(9)),
      fc.constantFrom("\n", "\r", "\u200b", "\u202e", "\u001b[0m", "\u0000"),
    );
    const expected = count(whole(make(), strangersSay("plain")), FENCE);
    expect(expected).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = whole(make(), strangersSay(`x${pieces.join("")}`));
        expect(count(text.toLowerCase(), FENCE)).toBe(expected);
      }),
      { numRuns: FENCES },
    );
  });

  test.each(directives)("%s in somebody's text is text", (directive) => {
    const plain = whole(make(), strangersSay("plain"));
    const text = whole(make(), strangersSay(directive));
    expect(count(text, directive)).toBe(count(plain, "plain"));
    expect(count(text, FENCE)).toBe(count(plain, FENCE));
  });

  test("no terminal sequence and nothing invisible gets through", () => {
    const text = whole(make(), strangersSay("a\u001b[2Jb\u202ec\u200bd\u0007e"));
    expect(text).not.toMatch(/[^\P{Cc}\t\n]|[\u200b-\u200f\u202a-\u202e]/u);
  });
}

function describeBounds(make: Make): void {
  test.each(["body", "title"])("a %s of a megabyte is cut", (field) => {
    const text = whole(make(), inputWith({}, { [field]: "word ".repeat(MEGABYTE / 5) }));
    expect(text).toContain("word word");
    expect(text.length).toBeLessThan(MOST_LENGTH);
  });

  test("a megabyte in every place is cut too", () => {
    const text = whole(make(), strangersSay("é".repeat(MEGABYTE)));
    expect(text.length).toBeLessThan(MOST_LENGTH);
  });

  test("many of everything are cut", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `item-${index}`);
    const fields = {
      tree: many,
      protectedPaths: many,
      instructions: Object.fromEntries(many.map((item) => [item, "text ".repeat(100)])),
      checks: many.map((item) => ({ name: item, run: [item], timeoutMs: 1 })),
      past: many.slice(0, 50).map((item) => pastWith(item, [])),
    };
    expect(whole(make(), inputWith(fields, { labels: many })).length).toBeLessThan(MOST_LENGTH);
  });
}
