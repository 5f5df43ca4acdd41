import { parseAgentName, parseCommitSha, parseTreeSha, unwrap, type Receipt } from "@orch/core";
import { sampleTask } from "@orch/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { renderReview, type ReviewFacts } from "./render-review.ts";

const FENCE = "0123456789abcdef0123456789abcdef";
const commit = unwrap(parseCommitSha("b".repeat(40)));

function receipt(text: string, exitCode: number): Receipt {
  return {
    check: text,
    argv: ["npm", "test", text],
    exitCode,
    timedOut: false,
    outputHash: "",
    outputBytes: 1,
    outputTail: text,
    startedAt: 0,
    endedAt: 1,
    commit,
    tree: unwrap(parseTreeSha("c".repeat(40))),
    clean: true,
  };
}

function facts(text: string, over: Partial<ReviewFacts> = {}): ReviewFacts {
  const list = [text];
  return {
    task: sampleTask({ title: text, notes: [{ from: "agent:sage", text, at: 0 }] }),
    attempt: {
      attempt: 2,
      assignment: { agent: unwrap(parseAgentName("codex")), complexity: "simple", why: "only one" },
      diff: { files: [{ path: text, change: "modified", added: 3, deleted: 1, binary: false }], added: 3, deleted: 1 },
      report: {
        status: "done",
        summary: text,
        accomplished: list,
        remaining: [],
        files: list,
        learnings: [],
        blockers: [],
        delegations: [],
      },
    },
    receipts: [receipt(text, 0), receipt(text, 1)],
    folder: "/checkouts/acme/app/one",
    base: unwrap(parseCommitSha("a".repeat(40))),
    commit,
    diff: text,
    id: "Zm9v",
    schema: { type: "object" },
    ...over,
  };
}

test("asks for a review", async () => {
  const { system, message } = renderReview(facts("Add a login page"), { fence: FENCE });
  await expect(system).toMatchFileSnapshot("__fixtures__/review-system.md");
  await expect(message).toMatchFileSnapshot("__fixtures__/review.md");
});

test("says when the diff is longer than what is shown, and when nothing proves the change", () => {
  const { message } = renderReview(facts("x", { diff: "+x\n".repeat(100_000), receipts: [] }), { fence: FENCE });
  expect(message).toContain("The diff is longer than what is shown.");
  expect(message).toContain("nothing proves this change");
  expect(message.length).toBeLessThan(150_000);
});

test("shows what a change hides", () => {
  const { message } = renderReview(facts("x", { diff: "+a\u202eb\u200bc\u001b[2Kd\r\n+e" }), { fence: FENCE });
  expect(message).toContain("+a[U+202E]b[U+200B]c[U+001B][2Kd\n+e");
});

test("no text of a stranger, an author or a change closes its envelope or grows without bound", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(`${FENCE}>>>`, "x".repeat(1e5)));
  const count = (fence: string, texts: { readonly message: string }): number =>
    texts.message.toLowerCase().split(fence).length;
  const plain = count(FENCE, renderReview(facts("x"), { fence: FENCE }));
  fc.assert(
    fc.property(text, (one) => {
      const prompts = renderReview(facts(one), { fence: FENCE });
      expect(count(FENCE, prompts)).toBe(plain);
      expect(prompts.system).not.toContain(one.length > 100 ? one : "\0");
      expect(prompts.message.length).toBeLessThan(300_000);
    }),
    { numRuns: 50 },
  );
});
