import { internalTaskId, noUsage, parseAgentName, parseProjectId, unwrap, verdictOf, type Attempt } from "@orch/core";
import { expect, test } from "vitest";

import { measures } from "./measures.ts";

const attempt: Attempt = {
  project: unwrap(parseProjectId("acme/app")),
  id: internalTaskId(1),
  attempt: 1,
  assignment: { agent: unwrap(parseAgentName("robot")), complexity: "simple", why: "only one" },
  phase: "finished",
  startedAt: 0,
  usage: noUsage,
};
const activity = { events: { "turn:started": 1, text: 2 }, commands: 0, failedCommands: 0, slowest: [] };
const passed = { kind: "pass" } as const;

test.each([
  ["a pass without a token", { verdict: passed }, true],
  ["work without a token", { verdict: verdictOf("checks_failed", "no"), activity }, true],
  ["a refusal before any work", { verdict: verdictOf("auth", "log in") }, false],
  ["a pass with tokens", { verdict: passed, usage: { ...noUsage, inputTokens: 1 } }, false],
  ["a pass with a cost alone", { verdict: passed, usage: { ...noUsage, costUsd: 0.1 } }, false],
])("%s: is it counted that the agent told none", (_, more, isUntold) => {
  const names = measures({ ...attempt, ...more }, 1).flatMap((write) =>
    write.kind === "metric:add" ? [write.name] : [],
  );
  expect(names.includes("untold")).toBe(isUntold);
});
