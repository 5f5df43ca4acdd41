import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

function replay(name: string): object {
  return { driver: "replay", options: { recording: join(import.meta.dirname, "fixtures", `${name}.json`) } };
}

async function openHouse(config: object): Promise<OrchBench> {
  const bench = await openOrchBench({ config: { retry: { base_seconds: 1, max_seconds: 1 }, ...config } });
  await bench.orch(["init"]);
  await bench.serve();
  return bench;
}

describe.concurrent("what an agent may not do", () => {
  test("a forbidden command brings a person, who may take the result all the same", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({ agents: { bold: replay("oversteps") } });
    await bench.result("task add", ["Install", "--check", "test -f installed.txt"]);
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task.reason).toBe("safety_violation");
    expect(task.detail).toMatch(/^The agent ran `bash -c sudo .*` \(sudo\|doas\)/);
    expect(attempts[0]?.receipts.map(({ ok }) => ok)).toEqual([true]);
    expect(attempts[0]?.grade).toMatchObject({ outcome: "safety_violation", nextAction: "escalate" });
    expect((await bench.orch(["task", "get", "int-1"])).out).toContain("! Against the policy (sudo|doas): bash -c");
    await bench.result("task merge", ["int-1"]);
    await bench.reaches("int-1", "done");
  });

  test("publishing is orch's work, unless a person allows it", { timeout: LONG_MS }, async () => {
    await using strict = await openHouse({ agents: { bold: replay("oversteps") } });
    await strict.result("task add", ["Publish"]);
    expect((await strict.reaches("int-1", "needs_review")).task).toMatchObject({
      reason: "agent_push_disallowed",
      detail: "The agent ran `git push nowhere HEAD` (git push|send-pack).",
    });
    await using lax = await openHouse({
      agents: { bold: replay("oversteps") },
      workflow: { allow_agent_push: true },
    });
    await lax.result("task add", ["Publish"]);
    await lax.reaches("int-1", "in_review");
  });
});

describe.concurrent("what an agent's own tests came to", () => {
  test(
    "a test that fails at the end brings a person; one that passes again does not",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openHouse({ agents: { tester: replay("tests") } });
      await bench.result("task add", ["Fail"]);
      await bench.result("task add", ["Recover"]);
      await bench.result("task add", ["Fail", "--check", "node --test --test-name-pattern=other"]);
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
    },
  );

  test(
    "strict: a test that ever failed brings a person, unless it is known to fail",
    { timeout: LONG_MS },
    async () => {
      await using strict = await openHouse({
        agents: { tester: replay("tests") },
        grading: { failed_tests: "strict" },
      });
      await strict.result("task add", ["Recover"]);
      expect((await strict.reaches("int-1", "needs_review")).task.reason).toBe("test_command_failed");
      await using known = await openHouse({
        agents: { tester: replay("tests") },
        grading: { failed_tests: "strict", known_test_failures: ["node --test"] },
      });
      await known.result("task add", ["Fail"]);
      const grade = (await known.reaches("int-1", "in_review")).attempts[0]?.grade;
      expect(grade?.basis).toBe("known_test_failures");
      expect(grade?.notes).toContain("Known to fail, and failed: node --test it.test.mjs");
    },
  );
});

describe.concurrent("a change without checks where the policy wants some", () => {
  async function validated(config: { readonly grading?: object; readonly router?: object; readonly answer?: string }) {
    const { answer = "{}", ...rest } = config;
    const bench = await openHouse({
      agents: { tester: replay("tests"), sage: fixtureAgent("sage", answer) },
      policy: { min_checks: 1 },
      ...rest,
    });
    await bench.result("task add", ["Validate", "--agent", "tester"]);
    return bench;
  }

  test("goes on where there are no tests and a linter passed, or never, by rules", { timeout: LONG_MS }, async () => {
    await using hybrid = await validated({});
    const { attempts } = await hybrid.reaches("int-1", "in_review");
    expect(attempts[0]?.grade).toMatchObject({ outcome: "pass", basis: "no_tests_but_validated" });
    expect(attempts[0]?.grade?.notes).toContain("There are no tests; passed: node --check it.mjs.");
    await using rules = await validated({ grading: { mode: "rules" } });
    expect((await rules.reaches("int-1", "needs_review")).task).toMatchObject({
      reason: "missing_evidence",
      detail: "0 checks prove the change; policy.min_checks is 1.",
    });
  });

  test("a model decides where it is asked for, and the facts where there is none", { timeout: LONG_MS }, async () => {
    await using asked = await validated({
      grading: { mode: "model" },
      router: { mode: "llm", agent: "sage", agents: ["tester"] },
      answer: JSON.stringify({ accept: false, reason: "It has tests after all." }),
    });
    expect((await asked.reaches("int-1", "needs_review")).task).toMatchObject({
      reason: "missing_evidence",
      detail: "0 checks prove the change; policy.min_checks is 1. It has tests after all.",
    });
    await using nobody = await validated({ grading: { mode: "model" } });
    await nobody.reaches("int-1", "in_review");
  });
});

test(
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
