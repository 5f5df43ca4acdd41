import { orchError, unwrap, type Budgets, type ReviewReply, type Reviewer } from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { bareSettings } from "@orch/testing/engine-world";
import { expect, test } from "vitest";

import { readCooldowns } from "../src/cooldowns.ts";
import { createEngine } from "../src/index.ts";
import { moveTask } from "../src/move-task.ts";
import { agent, base, branch, commit, openScene, outcomeOf, project, ref, settle, spec, type Scene } from "./scene.ts";

function limitedUntil(retryAt: number): ReviewReply {
  const failure = { class: "usage_limit", message: "limit reached", retryAt } as const;
  return { kind: "failed", by: agent, fault: "agent", why: "limit reached", failure };
}

/** A task whose pull request is open, with a budget of 100 tokens. */
async function opened(
  scene: Scene,
  reviewer: Reviewer,
  budgets: Budgets = { task: { tokens: 100 }, project: {}, daily: {} },
): Promise<AsyncDisposable> {
  scene.policy = { ...scene.policy, forge: { reviewAgent: true, maxReviewCycles: 2 } };
  const { projects } = scene.deps;
  const settings = {
    ...unwrap(known(projects.get(project))),
    budgets,
  };
  const deps = { ...scene.deps, reviewer, projects: { get: () => settings, list: () => [settings] } };
  const engine = createEngine(deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  const event = { type: "pull:opened", pull: { number: 7, url: "" }, head: commit } as const;
  await moveTask(deps, { ref: ref(1), event, key: "opened", actor: "engine" });
  while ((await scene.task(1)).status === "in_review" && (await scene.clock.advanceToNext())) await settle();
  return engine;
}

function known<Value>(value: Value | undefined): { ok: true; value: Value } | { ok: false; error: string } {
  return value === undefined ? { ok: false, error: "there is none" } : { ok: true, value };
}

test("a reviewer whose service says no rests as a failed attempt's agent does", async () => {
  const scene = await openScene();
  let asked = 0;
  const until = scene.clock.now() + 7_200_000;
  await using _engine = await opened(scene, async () => {
    asked += 1;
    return limitedUntil(until);
  });
  expect(asked).toBe(3);
  expect(await readCooldowns(scene.store, [agent])).toMatchObject([
    { agent, reason: "usage_limited", until, timed: true },
  ]);
  expect(await scene.task(1)).toMatchObject({ status: "needs_review", reason: "review_unavailable" });
});

test("a review is shown once it has counted, and once, also when the forge fails at first", async () => {
  const scene = await openScene();
  const memory = createMemoryForge({ project, clock: scene.clock });
  const head = await memory.people.push({ branch, files: { "a.ts": "one\n" } });
  scene.policy = { ...scene.policy, forge: { reviewAgent: true, maxReviewCycles: 2 } };
  scene.run = async (run) => ({
    ...outcomeOf(run, { kind: "pass" }),
    result: { branch, commit: head, attempt: 1, base, checks: 1 },
  });
  const seen = { asked: 0, failures: 0 };
  const forge: typeof memory = {
    ...memory,
    async submitReview(review) {
      expect(await scene.task(1)).toMatchObject({ status: "needs_review" });
      seen.failures += 1;
      if (seen.failures > 1) await memory.submitReview(review);
      if (seen.failures < 4) throw orchError("forge_unreachable", "no answer");
    },
  };
  const settings = bareSettings(project, { policy: scene.policy, forge: sampleForge });
  const engine = createEngine({
    ...scene.deps,
    forges: { of: () => forge, key: new Uint8Array(32) },
    projects: { get: () => settings, list: () => [settings] },
    async reviewer() {
      seen.asked += 1;
      return {
        kind: "review",
        by: agent,
        review: { decision: "reject", notes: `No ${seen.asked}.`, tests: "fail", issues: [] },
      };
    },
  });
  await using _engine = engine;
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  while (seen.failures < 4 && (await scene.clock.advanceToNext())) await settle();
  expect(await scene.task(1)).toMatchObject({ reason: "review_rejected", detail: "No 1." });
  const [pull] = memory.state.pulls.values();
  expect((await memory.reviews(pull?.number ?? 0)).map(({ body }) => body)).toEqual([expect.stringContaining("No 1.")]);
});

const hundred = { tokens: 100 };

test.each([
  ["task", { task: hundred, project: { tokens: 500 }, daily: {} }],
  ["project", { task: { tokens: 500 }, project: hundred, daily: {} }],
  ["day", { task: {}, project: {}, daily: hundred }],
])(
  "a review may use what the %s's budget has left, and is not asked for when that is nothing",
  async (whose, budgets) => {
    const scene = await openScene();
    const limits: unknown[] = [];
    const usage = { inputTokens: 60, cachedInputTokens: 0, outputTokens: 50 };
    const reviewer: Reviewer = async (request) => {
      limits.push(request.limits);
      return { kind: "failed", by: agent, fault: "no_review", why: "no review", usage };
    };
    await using _engine = await opened(scene, reviewer, budgets);
    expect(limits).toEqual([{ tokens: 100 }]);
    expect(await scene.task(1)).toMatchObject({
      status: "needs_review",
      reason: "review_unavailable",
      detail: `The ${whose}'s budget is used up.`,
    });
  },
);
