import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench, type OrchProcess } from "./orch-bench.ts";

const LONG_MS = 120_000;
const FAKE_CODEX = join(import.meta.dirname, "../../../packages/agents/test/fixtures/fake-codex.mjs");
const replay = (name: string): object => ({
  driver: "replay",
  options: { recording: join(import.meta.dirname, "fixtures", `${name}.json`) },
});

type Whole = Awaited<ReturnType<OrchBench["reaches"]>>;

function storyOf({ attempts }: Whole): readonly string[] {
  return attempts.map(({ agent, account, verdict }) =>
    [agent, account, verdict?.reason ?? verdict?.kind].filter((word) => word !== undefined).join(" "),
  );
}

async function openHouse(config: object): Promise<OrchBench & { readonly daemon: OrchProcess }> {
  const bench = await openOrchBench({ config: { retry: { base_seconds: 1, max_seconds: 1 }, ...config } });
  const daemon = await bench.serve();
  await bench.orch(["init"]);
  return { ...bench, daemon };
}

describe.concurrent("when an agent can't go on", () => {
  test("another one goes on at once, with what was begun; the first one rests", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({
      agents: { first: fixtureAgent("limited", "rate", "1"), second: fixtureAgent("limited", "rate", "0") },
    });
    await bench.result("task add", ["Add file one"]);
    const whole = await bench.reaches("int-1", "in_review");
    expect(storyOf(whole)).toEqual(["first rate_limited", "second pass"]);
    expect(whole.attempts[0]?.lesson).toContain("1 files (+1 -0) are on the branch already: begun.txt");
    expect(whole.attempts[1]?.diff?.files.map(({ path }) => path)).toEqual(["begun.txt", "one.txt"]);

    const agents = (await bench.result("agents")).agents.find(({ name }) => name === "first");
    expect(agents?.rests).toMatchObject([{ reason: "rate_limited" }]);
    const minutes = ((agents?.rests?.[0]?.until ?? 0) - (whole.attempts[0]?.endedAt ?? 0)) / 60_000;
    expect(minutes).toBe(30);
    expect(agents?.failures).toMatchObject([{ reason: "rate_limited", task: "local/site#int-1" }]);
    const shown = (await bench.orch(["agents"])).out;
    expect(shown).toMatch(/^first rests until .* UTC: rate_limited$/m);
    expect(shown).toMatch(/^first failed local\/site#int-1 on .* UTC, rate_limited: /m);
    await bench.result("task add", ["Add file two"]);
    expect(storyOf(await bench.reaches("int-2", "in_review"))).toEqual(["second pass"]);
    expect((await bench.orch(["task", "route", "int-2"])).out).toContain("first rests until");
    expect(await bench.result("metrics")).toMatchObject({ attempts: 3, passed: 2, failed: 1, limited: 1 });
  });

  test("what a person told the first one, the next one is told as well", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({
      agents: { first: replay("hears-then-limited"), second: fixtureAgent("limited", "rate", "0") },
    });
    await bench.result("task add", ["Add file one"]);
    await waitFor("the session", async () => (await bench.sessions()) === 1);
    const message = { id: "said-1", text: "Use the existing helper." };
    const sent = await bench.result("task send", ["int-1", message.text, "--idempotency-key", message.id]);
    expect(sent).toMatchObject({ outcome: "delivered", messageId: message.id });
    const whole = await bench.reaches("int-1", "in_review");
    expect(storyOf(whole)).toEqual(["first rate_limited", "second pass"]);
    const prompt = join(bench.home, "state/local/site/tasks/int-1/attempts/2/prompt-msg.md");
    expect(await readFile(prompt, "utf8")).toMatch(/What people told it meanwhile: .*: Use the existing helper\./);
  });

  test(
    "nobody left: a person hears who rests and until when, and a retry tries again",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openHouse({
        agents: { first: fixtureAgent("limited", "rate", "2"), second: fixtureAgent("limited", "auth", "2") },
      });
      await bench.result("task add", ["Add file one"]);
      const stopped = await bench.reaches("int-1", "needs_review");
      expect(stopped.task).toMatchObject({ reason: "agents_exhausted" });
      expect(stopped.task.detail).toMatch(/first rests until \S+ \(rate_limited\); second rests until \S+ \(auth\)/);
      await bench.result("task retry", ["int-1"]);
      await bench.reaches("int-1", "in_review");
    },
  );

  test(
    "a usage limit is waited for, over a restart of the daemon, and burns no attempt",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openHouse({ agents: { only: fixtureAgent("limited", "usage", "1") } });
      await bench.result("task add", ["Add file one"]);
      const waiting = await waitFor("the task to wait", async () => {
        const whole = await bench.client.call("task get", { task: "int-1", project: "local/site" });
        return whole.task.waiting !== undefined && whole;
      });
      expect(waiting.task).toMatchObject({
        status: "routed",
        attempts: 0,
        waiting: { agent: "only", reason: "usage_limited", until: waiting.task.notBefore },
      });
      expect((await bench.orch(["task", "list"])).out).toMatch(/WAITS FOR[^]*only's limit until .* UTC/);
      expect((await bench.orch(["task", "get", "int-1"])).out).toMatch(/Waits for +only's limit until/);
      await bench.orch(["stop"]);
      await bench.daemon.end;
      await bench.serve();
      const whole = await bench.reaches("int-1", "in_review");
      expect(storyOf(whole)).toEqual(["only usage_limited", "only pass"]);
      expect(whole.task.attempts).toBe(1);
      expect(whole.attempts[1]?.startedAt).toBeGreaterThanOrEqual(waiting.task.notBefore ?? Number.POSITIVE_INFINITY);
    },
  );

  test("another account of the same agent goes on", { timeout: LONG_MS }, async () => {
    const accounts = [
      { name: "home", env: { ACCOUNT: "home" } },
      { name: "work", env: { ACCOUNT: "work" } },
    ];
    await using bench = await openHouse({
      agents: { pooled: { ...fixtureAgent("limited", "long-usage", "9", "home"), accounts } },
    });
    await bench.result("task add", ["Add file one"]);
    const whole = await bench.reaches("int-1", "in_review");
    expect(storyOf(whole)).toEqual(["pooled home usage_limited", "pooled work pass"]);
    expect((await bench.orch(["agents"])).out).toContain("pooled account home rests until");
  });

  test("a program that the project needs is missed before anything is started", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({
      agents: { writer: fixtureAgent("writes") },
      required_tools: ["git", "no-such-tool-here"],
    });
    await bench.result("task add", ["Add file one"]);
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task).toMatchObject({ reason: "required_tools", detail: "Not installed: no-such-tool-here." });
    expect(attempts).toMatchObject([{ phase: "finished" }]);
    expect(attempts[0]?.session).toBeUndefined();
  });
});

test("a person answers what an agent asked, and the next attempt is told", { timeout: LONG_MS }, async () => {
  await using bench = await openHouse({ agents: { painter: fixtureAgent("asks-colour") } });
  await bench.result("task add", ["Paint the door"]);
  const asked = await bench.reaches("int-1", "needs_review");
  expect(asked.task).toMatchObject({ reason: "agent_asked", hint: expect.stringContaining("--note") as unknown });
  await bench.result("task retry", ["int-1", "--note", "Use the blue one; not '$(red)'"]);
  const { task, attempts } = await bench.reaches("int-1", "in_review");
  expect(attempts.at(-1)?.diff?.files.map(({ path }) => path)).toEqual(["colour.txt"]);
  expect(task.notes).toMatchObject([{ text: "Use the blue one; not '$(red)'" }]);
  expect((await bench.orch(["task", "get", "int-1"])).out).toContain("Use the blue one");
});

const FAKE_ACP = join(import.meta.dirname, "../../../packages/agents/test/fixtures/fake-acp.mjs");

describe.concurrent("a supervised agent", () => {
  const asks = { driver: "acp", command: [process.execPath, FAKE_ACP], env: { FAKE_ACP: "asks" } };
  const workflow = { permissions: "supervised", max_attempts: 1 };

  test("asks a person, and does what it was allowed", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({ agents: { asks }, workflow });
    await bench.result("task add", ["Deploy"]);
    const [ask] = await waitFor("the question", async () => {
      const { asks: open } = await bench.result("task get", ["int-1"]);
      return open.length > 0 ? open : undefined;
    });
    expect(ask).toMatchObject({ what: expect.stringContaining("make deploy") as unknown });
    expect((await bench.result("task live")).sessions).toMatchObject([{ asks: [ask] }]);
    expect((await bench.orch(["task", "list"])).out).toMatch(/WAITS FOR[^]*your answer until .* UTC/);
    expect(await bench.result("task allow", ["int-1", ask?.id ?? ""])).toEqual({ outcome: "answered" });
    const { attempts } = await bench.reaches("int-1", "in_review");
    expect(attempts[0]?.diff?.files.map(({ path }) => path)).toEqual(["deployed.txt"]);
  });

  test("is denied what nobody allows in time", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({ agents: { asks }, workflow: { ...workflow, permission_seconds: 2 } });
    await bench.result("task add", ["Deploy"]);
    const { attempts } = await bench.reaches("int-1", "needs_review");
    expect(attempts[0]?.verdict?.kind).not.toBe("pass");
    expect(attempts[0]?.diff?.files ?? []).toEqual([]);
  });
});

describe.concurrent("what agents use up", () => {
  test("a running agent is stopped at its budget, and its work is kept", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({ agents: { spender: replay("spends") }, budgets: { task: { tokens: 1000 } } });
    await bench.result("task add", ["Spend"]);
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task).toMatchObject({
      reason: "budget_exceeded",
      detail: "It used 1200 tokens; 1000 were left in the budget.",
    });
    expect(attempts[0]?.usage).toMatchObject({ inputTokens: 900, outputTokens: 300 });
    expect(attempts[0]?.diff?.files.map(({ path }) => path)).toEqual(["spent.txt"]);
    expect(attempts[0]?.warnings).toEqual(["120 % of this task's budget are used: 1200 of 1000 tokens."]);
    // Nothing is left for another attempt: it ends before an agent is started.
    await bench.result("task retry", ["int-1"]);
    const again = await bench.reaches("int-1", "needs_review");
    expect(again.attempts).toHaveLength(2);
    expect(again.attempts[1]?.session).toBeUndefined();
    expect(again.task.detail).toBe("120 % of this task's budget are used: 1200 of 1000 tokens.");
  });

  test("a budget that is nearly used up is told while the agent runs, once", { timeout: LONG_MS }, async () => {
    const agents = { spender: replay("spends-and-hears") };
    await using bench = await openHouse({ agents, budgets: { task: { tokens: 1000 }, daily: { tokens: 100_000 } } });
    await bench.result("task add", ["Spend"]);
    const warned = await waitFor("a warning", async () => {
      const { task, attempts } = await bench.result("task get", ["int-1"]);
      return attempts[0]?.warnings === undefined ? undefined : { status: task.status, warnings: attempts[0].warnings };
    });
    const told = "85 % of this task's budget are used: 850 of 1000 tokens.";
    expect(warned).toEqual({ status: "in_progress", warnings: [told] });
    expect((await bench.orch(["task", "get", "int-1"])).out).toContain(`! ${told}`);
    await bench.result("task send", ["int-1", "Go on."]);
    const { attempts } = await bench.reaches("int-1", "in_review");
    expect(attempts[0]?.warnings).toEqual(["90 % of this task's budget are used: 900 of 1000 tokens."]);
  });

  test("agents that run at the same time share the day's budget", { timeout: LONG_MS }, async () => {
    const agents = { spender: replay("spends-slowly") };
    await using bench = await openHouse({ agents, budgets: { task: { tokens: 100_000 }, daily: { tokens: 1500 } } });
    for (const title of ["Spend", "Spend too"]) await bench.result("task add", [title]);
    const ends = await Promise.all(["int-1", "int-2"].map((id) => bench.reaches(id, "needs_review")));
    const used = ends.flatMap(({ attempts }) => attempts.map(({ usage }) => usage.inputTokens + usage.outputTokens));
    // Each alone would have used 1200. The last step before the stop may pass the cap, of each agent once.
    const sum = used.reduce((total, one) => total + one, 0);
    expect(sum).toBeGreaterThanOrEqual(1500);
    expect(sum).toBeLessThan(2400);
    for (const { task } of ends) {
      expect(task).toMatchObject({
        reason: "budget_exceeded",
        detail: expect.stringContaining("the day's budget") as unknown,
      });
    }
    expect(ends.flatMap(({ attempts }) => attempts[0]?.diff?.files.map(({ path }) => path))).toEqual([
      "spent.txt",
      "spent.txt",
    ]);
  });

  test(
    "an agent that tells its cost at the end is stopped at a price that is reckoned",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openHouse({
        agents: { spender: replay("spends-slowly") },
        pricing: { fallback: { input: 1000, output: 1000 } },
        budgets: { task: { usd: 1 } },
      });
      await bench.result("task add", ["Spend"]);
      const { task, attempts } = await bench.reaches("int-1", "needs_review");
      expect(task).toMatchObject({
        reason: "budget_exceeded",
        detail: "It cost $1.2000; $1.0000 were left in the budget.",
      });
      expect(attempts[0]?.usage.costUsd).toBeCloseTo(1.2);
    },
  );

  test("money counts by the price table, without a daemon too", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({
      agents: { spender: { ...replay("spends-slowly"), model: "tape" } },
      pricing: { as_of: "2026-11-01", models: { tape: { input: 1000, output: 1000 } } },
      budgets: { task: { tokens: 0 }, daily: { usd: 1 } },
    });
    await bench.result("task add", ["Spend"]);
    await waitFor("the session", async () => (await bench.sessions()) === 1);
    const { pid } = await bench.client.health();
    process.kill(pid, "SIGKILL");
    const exit = join(bench.home, "state/local/site/tasks/int-1/attempts/1/session/exit.json");
    await waitFor("the session to end by itself", async () => (await readFile(exit, "utf8").catch(() => "")) !== "");
    await expect(bench.client.health()).rejects.toThrow("daemon");
    await bench.serve();
    const { task, attempts } = await bench.reaches("int-1", "needs_review");
    expect(task).toMatchObject({
      reason: "budget_exceeded",
      detail: "It cost $1.2000; $1.0000 were left in the budget.",
    });
    expect(attempts[0]?.usage.costUsd).toBeCloseTo(1.2);
    const cost = await bench.result("cost", ["--by", "model"]);
    expect(cost).toMatchObject({ pricesAsOf: "2026-11-01", total: { attempts: 1, unpricedTokens: 0 } });
    expect(cost.rows).toMatchObject([{ key: "tape", countedTokens: 1200 }]);
    expect(cost.rows[0]?.costUsd).toBeCloseTo(1.2);
    // The day's budget is everybody's.
    await bench.result("task add", ["Spend more"]);
    const next = await bench.reaches("int-2", "needs_review");
    expect(next.task.detail).toBe("120 % of the day's budget are used: $1.2000 of $1.00.");
  });

  test(
    "a model without a price does not start under a budget in dollars, but counts by the fallback",
    {
      timeout: LONG_MS,
    },
    async () => {
      const codex = { command: [process.execPath, FAKE_CODEX], env: { FAKE_CODEX: "works" }, model: "brand-new" };
      const config = { agents: { codex: { driver: "codex", ...codex } }, budgets: { daily: { usd: 1 } } };
      await using refusing = await openHouse(config);
      await refusing.result("task add", ["Spend"]);
      const { task, attempts } = await refusing.reaches("int-1", "needs_review");
      expect(task).toMatchObject({
        reason: "price_unknown",
        detail: "There is a budget in dollars, but the model brand-new has no price, and codex does not tell its cost.",
      });
      expect(attempts[0]?.session).toBeUndefined();
      await using counting = await openHouse({ ...config, pricing: { fallback: { input: 10_000, output: 10_000 } } });
      await counting.result("task add", ["Spend"]);
      const counted = await counting.reaches("int-1", "in_review");
      expect(counted.attempts[0]?.usage.costUsd).toBeCloseTo(0.37);
    },
  );

  test("cost, warning and digest of a run that passes", { timeout: LONG_MS }, async () => {
    await using bench = await openHouse({
      agents: { thrifty: replay("thrifty") },
      budgets: { task: { tokens: 1000 } },
      policy: { max_added_lines: 1, max_changed_files: 1 },
    });
    await bench.result("task add", ["Spend"]);
    const { attempts } = await bench.reaches("int-1", "in_review");
    expect(attempts[0]?.grade).toMatchObject({
      outcome: "pass",
      nextAction: "advance",
      evidence: { checksPassed: 0, changedFiles: 1, addedLines: 1 },
      notes: ["85 % of this task's budget are used: 850 of 1000 tokens.", "No check proves the change."],
      insight: "Passed: 1 files changed, 1 lines added, no checks ran; ready to go on.",
    });
    const { digest } = await bench.result("task digest", ["int-1"]);
    expect(digest).toMatchObject({ verdict: { kind: "pass" }, grade: attempts[0]?.grade });
    expect((digest as { stages: { step: string }[] }).stages.map(({ step }) => step)).toContain("run");
    const told = (await bench.orch(["task", "digest", "int-1"])).out;
    expect(told).toContain("int-1, attempt 1: pass\n\nPassed: 1 files changed");
    expect(told).toContain("human_review_gate (high): The result is ready, but no check proves it");
    expect(told).toMatch(/Hints\n\n- 85 % of this task's budget are used/);
    expect((await bench.result("cost", ["int-1"])).total).toMatchObject({ costUsd: 0.5, countedTokens: 850 });
    expect((await bench.orch(["cost", "--by", "day"])).out).toMatch(/\d{4}-\d{2}-\d{2} +1 +600 +0 +250 +0\.5000/);
    expect((await bench.orch(["cost", "--summary"])).out).toContain("7 days");
    expect((await bench.orch(["metrics"])).out).toContain("1 attempts, 1 passed");
  });

  test(
    "the policy: evidence that is missing and changes that are too large wait for a person",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openHouse({
        agents: { writer: fixtureAgent("writes"), wide: replay("wide") },
        policy: { diff_budget: "enforce", max_added_lines: 2, min_checks: 1 },
      });
      await bench.result("task add", ["Add file one", "--agent", "writer"]);
      await bench.result("task add", ["Add file two", "--agent", "writer", "--check", "test -f two.txt"]);
      await bench.result("task add", ["Add file three", "--agent", "wide", "--check", "test -f wide.txt"]);
      const unproven = await bench.reaches("int-1", "needs_review");
      expect(unproven.task).toMatchObject({
        reason: "missing_evidence",
        detail:
          "0 checks prove the change; policy.min_checks is 1. The agent ran no linter or type checker that passed.",
      });
      await bench.reaches("int-2", "in_review");
      const large = await bench.reaches("int-3", "needs_review");
      expect(large.task).toMatchObject({
        reason: "diff_budget_exceeded",
        detail: "3 lines added; policy.max_added_lines is 2.",
      });
      expect(large.attempts[0]?.grade).toMatchObject({ outcome: "diff_budget_exceeded", nextAction: "escalate" });
    },
  );
});
