import { noUsage, type AgentEvent } from "@orch/core";
import { expect, test } from "vitest";

import { openScene, type Scene } from "./scene.ts";

const models = { "big-5": { input: 2, output: 10 }, big: { input: 3, output: 15 } };
const tokens = { inputTokens: 1_000_000, cachedInputTokens: 0, outputTokens: 0 };
const used: AgentEvent = { type: "usage", usage: tokens, model: "big-5" };

/** A scene with a budget in dollars, for an agent that tells its cost and is asked for an alias. */
async function openPriced(prices: object): Promise<Scene> {
  const scene = await openScene();
  const { robot } = scene.deps.drivers;
  if (robot === undefined) return expect.fail("there is no driver");
  const capabilities = { ...robot.capabilities, usage: true, cost: true };
  Object.assign(scene.deps, { drivers: { robot: { ...robot, capabilities } } });
  const agent = { driver: "robot", command: ["agent"], args: [], env: {}, options: {}, model: "big" };
  scene.settings = {
    agents: { robot: agent },
    prices: { asOf: "2026-11-01", models, ...prices },
    budgets: { task: { usd: 50 }, project: {}, daily: {} },
  };
  return scene;
}

test("an agent that tells its cost is launched with the prices that count until then", async () => {
  const scene = await openPriced({});
  await scene.run();
  expect(scene.specs[0]?.limits).toMatchObject({ costUsd: 50, prices: models, price: models.big });
});

test("a model without a price has the fallback's, although its agent tells its cost", async () => {
  const fallback = { input: 9, output: 9 };
  const scene = await openPriced({ models: { "big-5": models["big-5"] }, fallback });
  await scene.run();
  expect(scene.specs[0]?.limits.price).toEqual(fallback);
});

test("what a very long request costs more is in the attempt's cost, and stops it while it runs", async () => {
  const big = { input: 3, output: 15, long: { over: 900_000, input: 6, output: 30 } };
  const scene = await openPriced({ models: { big } });
  scene.events = [{ type: "usage", usage: tokens }];
  scene.conclusion = { usage: tokens, failure: { class: "rate_limit", message: "429" } };
  expect(await scene.run()).toMatchObject({ attempt: { usage: { costUsd: 6 } } });
  expect(scene.specs[0]?.limits.price).toEqual(big);
});

test("what was used after the agent had told its cost last is counted, and nothing twice", async () => {
  const scene = await openPriced({});
  scene.events = [used, { type: "usage", usage: { ...noUsage, costUsd: 4 } }, used];
  scene.conclusion = {
    usage: { ...tokens, inputTokens: 2_000_000, costUsd: 4 },
    failure: { class: "rate_limit", message: "429" },
  };
  const end = await scene.run();
  expect(end).toMatchObject({ attempt: { usage: { inputTokens: 2_000_000, costUsd: 6 } } });
});
