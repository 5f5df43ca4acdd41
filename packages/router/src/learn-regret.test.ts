import type { LearningSettings, RoutingSettings } from "@orch/core";
import { playRouting, type RoutingWorld, type Skill } from "@orch/testing/routing-world";
import { describe, expect, test } from "vitest";

import { createRouter } from "./create-router.ts";

const learning: LearningSettings = {
  mode: "on",
  halfLifeMs: 30 * 86_400_000,
  share: 0.05,
  minTasks: 8,
  minLanded: 0.2,
  costWeight: 0.1,
};
const plain: RoutingSettings = { agents: [], models: {} };
const SEEDS = [1, 2, 3, 4];

const skill = (lands: number, reworked = 0.2): Skill => ({ lands, reworked });
/** Who is good at one kind is not at the other; a good one runs into limits, which say nothing about its work. */
const steady: RoutingWorld = {
  tasks: 400,
  agents: {
    codex: (kind) => skill(kind === "bug" ? 0.9 : 0.5),
    claude: (kind) => skill(kind === "bug" ? 0.5 : 0.9),
    kimi: () => skill(0.4, 0.5),
    poor: () => skill(0.1),
  },
  limited: { codex: 0.4, poor: 0.4 },
};
/** Half-way, the best becomes the worst. */
const drifting: RoutingWorld = {
  ...steady,
  agents: {
    codex: (_kind, turn) => skill(turn < 200 ? 0.95 : 0.1),
    claude: () => skill(0.7),
    kimi: () => skill(0.4, 0.5),
    poor: () => skill(0.1),
  },
};

async function meanRegret(world: RoutingWorld, routing: RoutingSettings): Promise<readonly number[]> {
  const runs = await Promise.all(SEEDS.map((seed) => playRouting(createRouter(), { world, seed, routing })));
  return Array.from({ length: world.tasks }, (_, turn) => {
    const sum = runs.reduce((total, { regret }) => total + (regret[turn] ?? 0), 0);
    return sum / runs.length;
  });
}

async function curves(world: RoutingWorld) {
  const learned = await meanRegret(world, { ...plain, learning });
  const turns = await meanRegret(world, plain);
  const weights = await meanRegret(world, { ...plain, weighted: true });
  const at = (curve: readonly number[], part: number): number => curve[Math.floor(curve.length * part) - 1] ?? 0;
  return { learned, turns, weights, at };
}

describe("regret, over a world whose truth is known", () => {
  test.each([
    ["steady", steady],
    ["drifting", drifting],
  ])("%s: clearly below turns and weights", { timeout: 60_000 }, async (name, world) => {
    const { learned, turns, weights, at } = await curves(world);
    const shown = [0.25, 0.5, 0.75, 1].map((part) =>
      [learned, turns, weights].map((curve) => at(curve, part).toFixed(0)),
    );
    process.stdout.write(
      `regret (${name}), learned / turns / weights at each quarter: ${shown.map((row) => row.join(" / ")).join(", ")}\n`,
    );
    expect(at(learned, 1)).toBeLessThan(0.6 * at(turns, 1));
  });
});
