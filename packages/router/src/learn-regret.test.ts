import type { LearningSettings, RoutingSettings } from "@orch/core";
import {
  driftingWorld,
  playRouting,
  steadyWorld,
  type RoutingRun,
  type RoutingWorld,
} from "@orch/testing/routing-world";
import { describe, expect, test } from "vitest";

import { createRouter } from "./create-router.ts";

const DAY_MS = 86_400_000;
/** As when nobody says more than `learn: true`. */
const learning: LearningSettings = {
  mode: "on",
  halfLifeMs: 30 * DAY_MS,
  share: 0.05,
  minTasks: 8,
  minLanded: 0.2,
  costWeight: 0.1,
};
const turns: RoutingSettings = { agents: [], models: {} };
const SEEDS = [1, 2, 3, 4];
const QUARTERS = [0.25, 0.5, 0.75, 1];

function play(world: RoutingWorld, routing: RoutingSettings): Promise<readonly RoutingRun[]> {
  return Promise.all(SEEDS.map((seed) => playRouting(createRouter(), { world, seed, routing })));
}

/** The mean regret up to the end of each quarter. */
function curve(runs: readonly RoutingRun[]): readonly number[] {
  return QUARTERS.map((part) => {
    const all = runs.map(({ regret }) => regret[Math.floor(regret.length * part) - 1] ?? 0);
    return all.reduce((sum, one) => sum + one, 0) / all.length;
  });
}

function during(quarters: readonly number[], quarter: number): number {
  return (quarters[quarter] ?? 0) - (quarters[quarter - 1] ?? 0);
}

describe("regret in a world whose truth is known", () => {
  test.each<[string, RoutingWorld, number]>([
    ["steady", steadyWorld, 0.45],
    ["drifting", driftingWorld, 0.6],
  ])("%s: clearly below turns and weights, in all and at the end", { timeout: 60_000 }, async (name, world, part) => {
    const runs = await play(world, { ...turns, learning });
    const learned = curve(runs);
    const others = [curve(await play(world, turns)), curve(await play(world, { ...turns, weighted: true }))];
    const shown = QUARTERS.map((_, quarter) =>
      [learned, ...others].map((quarters) => quarters[quarter]?.toFixed(0)).join(" / "),
    );
    process.stdout.write(`regret (${name}), learned / turns / weights, by quarters: ${shown.join(", ")}\n`);
    for (const other of others) {
      expect(learned[3]).toBeLessThan(part * (other[3] ?? 0));
      expect(during(learned, 3)).toBeLessThan(part * during(other, 3));
    }
    // What nobody may lose: the least share of each, in every run.
    for (const { chosen } of runs)
      for (const agent of Object.keys(world.agents))
        expect(chosen[agent]).toBeGreaterThanOrEqual(0.5 * learning.share * world.tasks);
  });
});

test("limits don't count: who runs into them most is still chosen most for what it is good at", async () => {
  const world: RoutingWorld = {
    tasks: 200,
    agents: { codex: () => ({ lands: 0.9, reworked: 0 }), claude: () => ({ lands: 0.4, reworked: 0 }) },
    limited: { codex: 0.9 },
  };
  for (const { chosen } of await play(world, { ...turns, learning }))
    expect(chosen["codex"]).toBeGreaterThan(0.75 * world.tasks);
});
