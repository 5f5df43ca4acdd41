import { join } from "node:path";

import { expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

function replay(name: string): object {
  return { driver: "replay", options: { recording: join(import.meta.dirname, "fixtures", `${name}.json`) } };
}

async function openHouse(config: object): Promise<OrchBench> {
  const bench = await openOrchBench({ config: { retry: { base_seconds: 1, max_seconds: 1 }, ...config } });
  await bench.serve();
  await bench.orch(["init"]);
  return bench;
}

test.concurrent(
  "after a forbidden command a person decides, who may take the result all the same",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openHouse({ agents: { bold: replay("oversteps") } });
    await bench.result("task add", ["Install", "--check", "test -f installed.txt"]);
    await bench.result("task add", ["Publish"]);
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task.reason).toBe("safety_violation");
    expect(task.detail).toMatch(/^The agent ran `bash -c sudo .*` \(sudo\|doas\)/);
    expect(attempts[0]?.receipts.map(({ ok }) => ok)).toEqual([true]);
    expect(attempts[0]?.grade).toMatchObject({ outcome: "safety_violation", nextAction: "escalate" });
    expect((await bench.orch(["task", "get", "int-1"])).out).toContain("! Against the policy (sudo|doas): bash -c");
    expect((await bench.reaches("int-2", "needs_review")).task).toMatchObject({
      reason: "agent_push_disallowed",
      detail: "The agent ran `git push nowhere HEAD` (git push|send-pack).",
    });
    await bench.result("task merge", ["int-1"]);
    await bench.reaches("int-1", "done");
  },
);

test.concurrent(
  "a test that fails at the end brings a person, unless it is known or a check proves more",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openHouse({
      agents: { tester: replay("tests") },
      grading: { known_test_failures: ["node known.test.mjs --test"] },
    });
    await bench.result("task add", ["Fail"]);
    await bench.result("task add", ["Recover"]);
    await bench.result("task add", ["Fail", "--check", "node --test --test-name-pattern=other"]);
    await bench.result("task add", ["Knowingly"]);
    const failed = await bench.reaches("int-1", "needs_review");
    expect(failed.task).toMatchObject({
      reason: "test_command_failed",
      detail: "Tests failed that the agent ran: `node --test it.test.mjs` (1 of 1 runs).",
    });
    expect(failed.attempts[0]?.lesson).toContain("Repair them");
    const recovered = await bench.reaches("int-2", "in_review");
    expect(recovered.attempts[0]?.grade).toMatchObject({
      basis: "recovered_test_failures",
      evidence: { commands: 2, failedCommands: 1, testCommands: 1, failedTests: 1 },
    });
    // A receipt of a test is newer than what the agent ran, and is proof.
    await bench.reaches("int-3", "in_review");
    const known = (await bench.reaches("int-4", "in_review")).attempts[0]?.grade;
    expect(known?.basis).toBe("known_test_failures");
    expect(known?.notes).toContain("Known to fail, and failed: node --test known.test.mjs");
  },
);

test.concurrent("by strict rules and a model's word a person looks", { timeout: LONG_MS }, async () => {
  const answer = JSON.stringify({ accept: false, reason: "It has tests after all." });
  await using bench = await openHouse({
    agents: { tester: replay("tests"), sage: fixtureAgent("sage", answer) },
    grading: { failed_tests: "strict", mode: "model" },
    policy: { min_checks: 1 },
    router: { mode: "llm", agent: "sage", agents: ["tester"] },
  });
  await bench.result("task add", ["Recover", "--agent", "tester"]);
  await bench.result("task add", ["Validate", "--agent", "tester"]);
  expect((await bench.reaches("int-1", "needs_review")).task.reason).toBe("test_command_failed");
  expect((await bench.reaches("int-2", "needs_review")).task).toMatchObject({
    reason: "missing_evidence",
    detail: "0 checks prove the change; policy.min_checks is 1. It has tests after all.",
  });
});

test.concurrent(
  "where there are no tests a small change goes on that a linter passed; agents may publish if allowed",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openHouse({
      agents: { tester: replay("tests"), bold: replay("oversteps") },
      policy: { min_checks: 1 },
      workflow: { allow_agent_push: true },
    });
    await bench.result("task add", ["Validate", "--agent", "tester"]);
    await bench.result("task add", ["Publish", "--agent", "bold", "--check", "test -f published.txt"]);
    const { attempts } = await bench.reaches("int-1", "in_review");
    expect(attempts[0]?.grade).toMatchObject({ outcome: "pass", basis: "no_tests_but_validated" });
    expect(attempts[0]?.grade?.notes).toContain("There are no tests; passed: node --check it.mjs.");
    await bench.reaches("int-2", "in_review");
  },
);

test.concurrent(
  "failures of one kind, each another way, come three times before a person looks",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openHouse({ agents: { breaker: replay("breaks") } });
    await bench.result("task add", ["Break"]);
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task).toMatchObject({
      reason: "retry_limit",
      detail: "agent_failed 3 times in a row, not always the same way; the last: the third thing broke",
    });
    expect(attempts).toHaveLength(3);
    const { digest } = await bench.result("task digest", ["int-1"]);
    const { stages } = digest as { stages: { step: string; attempts: number; p50Ms: number; p90Ms: number }[] };
    const run = stages.find(({ step }) => step === "run");
    expect(run?.attempts).toBe(3);
    expect(run?.p90Ms).toBeGreaterThanOrEqual(run?.p50Ms ?? Number.POSITIVE_INFINITY);
    expect(digest).toMatchObject({ recommendation: { action: "retry", priority: "normal" } });
  },
);
