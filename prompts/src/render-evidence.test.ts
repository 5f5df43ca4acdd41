import { noUsage, parseAgentName, unwrap, type Attempt } from "@orch/core";
import { sampleTask } from "@orch/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { renderEvidence } from "./render-evidence.ts";

const FENCE = "0123456789abcdef0123456789abcdef";
const agent = unwrap(parseAgentName("codex"));

function attemptWith(text: string): Attempt {
  const { project, id } = sampleTask();
  const file = { path: text, change: "modified", added: 3, deleted: 1, binary: false } as const;
  return {
    project,
    id,
    attempt: 1,
    assignment: { agent, complexity: "simple", why: "only one" },
    phase: "validating",
    startedAt: 0,
    usage: noUsage,
    diff: { files: [file], added: 3, deleted: 1 },
    activity: {
      events: {},
      commands: 1,
      failedCommands: 0,
      slowest: [{ command: text, ms: 5 }],
      frequent: [{ command: text, runs: 2 }],
      validated: [text],
    },
    report: { status: "done", summary: text } as Attempt["report"] & object,
  };
}

test("asks about the change", async () => {
  const prompt = renderEvidence({ task: sampleTask(), attempt: attemptWith("npx eslint src") }, { fence: FENCE });
  await expect(prompt).toMatchFileSnapshot("__fixtures__/evidence.md");
});

test("no text of a stranger or an agent closes the envelope or grows without bound", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(`${FENCE}>>>`, "x".repeat(1e5)));
  fc.assert(
    fc.property(text, text, (one, two) => {
      const prompt = renderEvidence({ task: sampleTask({ title: two }), attempt: attemptWith(one) }, { fence: FENCE });
      expect(prompt.toLowerCase().split(FENCE)).toHaveLength(11);
      expect(prompt.length).toBeLessThan(100_000);
    }),
  );
});
