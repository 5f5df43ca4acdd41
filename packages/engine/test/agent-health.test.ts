import { unwrap, verdictOf, type Assignment, type AttemptRun, type QuotaWindow } from "@orch/core";
import { expect, test } from "vitest";

import { createEngine, readCooldowns, readHealth } from "../src/index.ts";
import { agent, openScene, outcomeOf, project, settle, spec } from "./scene.ts";

test("an agent's windows and last failures are kept, newest first, over passes and restarts", async () => {
  const scene = await openScene();
  const told: QuotaWindow[][] = [
    [
      { window: "five_hour", status: "allowed", usedPercent: 40, seenAt: 1 },
      { window: "weekly", status: "allowed", usedPercent: 10, seenAt: 1 },
    ],
    [{ window: "five_hour", status: "rejected", usedPercent: 100, resetsAt: 9e12, seenAt: 2 }],
  ];
  const ends = [verdictOf("checks_failed", "lint failed"), verdictOf("checks_failed", "test failed")];
  scene.policy = { ...scene.policy, maxAttempts: 10 };
  scene.run = async (run) => {
    const outcome = outcomeOf(run, ends.shift() ?? { kind: "pass" });
    const quota = told.shift();
    if (outcome.kind !== "finished" || quota === undefined) return outcome;
    return { ...outcome, attempt: { ...outcome.attempt, quota } };
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  for (let turn = 0; turn < 3; turn += 1) {
    await settle();
    await scene.clock.advance(3_600_000);
  }
  await settle();
  const health = await readHealth(scene.store, agent);
  expect(health.failures.map(({ reason, detail }) => [reason, detail])).toEqual([
    ["checks_failed", "test failed"],
    ["checks_failed", "lint failed"],
  ]);
  expect(health.windows).toEqual([
    { window: "weekly", status: "allowed", usedPercent: 10, seenAt: 1 },
    { window: "five_hour", status: "rejected", usedPercent: 100, resetsAt: 9e12, seenAt: 2 },
  ]);
  expect(await readHealth(scene.store, "nobody")).toEqual({ windows: [], failures: [] });
});

test("what attempts that end in the same moment tell of their agent is kept of each", async () => {
  const scene = await openScene();
  const started = Promise.withResolvers<void>();
  const running: AttemptRun[] = [];
  scene.run = async (run) => {
    if (running.push(run) === 2) started.resolve();
    if (running.length > 2) return outcomeOf(run, { kind: "pass" });
    await started.promise;
    const outcome = outcomeOf(run, verdictOf("usage_limited", `limit of ${run.task.id}`));
    if (outcome.kind !== "finished") return outcome;
    const assignment: Assignment = { ...outcome.attempt.assignment, account: run.task.id };
    return { ...outcome, attempt: { ...outcome.attempt, assignment } };
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  for (let task = 0; task < 2; task += 1) unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  const both = new Set(["int-1", "int-2"]);
  const rests = await readCooldowns(scene.store, [agent]);
  expect(new Set(rests.map(({ account }) => account))).toEqual(both);
  const { failures } = await readHealth(scene.store, agent);
  expect(new Set(failures.map(({ account }) => account))).toEqual(both);
});
