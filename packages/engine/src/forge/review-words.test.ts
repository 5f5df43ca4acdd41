import { parseAgentName, parseBranchName, parseCommitSha, unwrap, type ReviewAnswer, type Task } from "@orch/core";
import { sampleTask } from "@orch/testing";
import { expect, test } from "vitest";

import { reviewNotes, reviewToPost } from "./review-words.ts";

const review: ReviewAnswer = {
  decision: "request_changes",
  notes: "Nearly.",
  tests: "pass",
  issues: [
    { file: "a.ts", line: 3, severity: "error", description: "Off by one." },
    { file: "b.ts", severity: "warning", description: "No longer true." },
  ],
};
const result = {
  branch: unwrap(parseBranchName("task-int-1")),
  commit: unwrap(parseCommitSha("b".repeat(40))),
  attempt: 1,
  base: unwrap(parseBranchName("main")),
  checks: 1,
};
const task = { ...sampleTask(), status: "in_review", result } as Extract<Task, { status: "in_review" }>;
const by = unwrap(parseAgentName("claude"));

test("the author is told every place", () => {
  expect(reviewNotes(review)).toBe("Nearly.\nerror at a.ts:3: Off by one.\nwarning at b.ts: No longer true.");
});

test("a forge shows who reviewed and why, and issues where they are", () => {
  const post = reviewToPost(task, { kind: "review", by, chosen: "of another model family", review });
  expect(post).toEqual({
    decision: "request_changes",
    body: [
      "## Automated Review — Changes Requested",
      "Nearly.",
      "- **warning** `b.ts`: No longer true.",
      "By claude (of another model family), on bbbbbbbbbbbb; tests: pass.",
    ].join("\n\n"),
    comments: [{ path: "a.ts", line: 3, body: "**error**: Off by one." }],
  });
});

test("a rejection asks for changes on the forge, where nobody rejects", () => {
  const post = reviewToPost(task, { kind: "review", by, review: { ...review, decision: "reject", issues: [] } });
  expect(post.decision).toBe("request_changes");
  expect(post.body).toContain("Automated Review — Rejected");
  expect(post.body).toContain("By claude, on bbbbbbbbbbbb");
});
