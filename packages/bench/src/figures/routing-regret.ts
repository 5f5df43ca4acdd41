import { DEFAULT_LEARNING } from "@orch/config";
import { createRouter } from "@orch/router";
import { driftingWorld, playRouting, steadyWorld, type RoutingWorld } from "@orch/testing/routing-world";

import type { Figure, Measurement } from "../figure.ts";

const SEEDS = [11, 12, 13, 14, 15, 16, 17, 18];
const turns = { agents: [], models: {} };

/** How much worse than the best agent each time routing is that learns, against agents that take turns. */
export const routingRegret: Measurement = {
  name: "regret of routing",
  async measure() {
    return [await figureOf("steady", steadyWorld), await figureOf("drifting", driftingWorld)];
  },
};

async function figureOf(name: string, world: RoutingWorld): Promise<Figure> {
  const learned = await meanRegret(world, { ...turns, learning: { ...DEFAULT_LEARNING, mode: "on" } });
  const inTurn = await meanRegret(world, turns);
  return {
    name: `regret of routing that learns, ${name} world`,
    ratio: learned / inTurn,
    yardstick: "agents that take turns",
    seen: `${learned.toFixed(0)} of ${world.tasks} tasks, ${inTurn.toFixed(0)} by turns`,
    goal: 0.6,
  };
}

async function meanRegret(
  world: RoutingWorld,
  routing: NonNullable<Parameters<typeof playRouting>[1]["routing"]>,
): Promise<number> {
  const runs = await Promise.all(SEEDS.map((seed) => playRouting(createRouter(), { world, seed, routing })));
  return runs.reduce((sum, { regret }) => sum + (regret.at(-1) ?? 0), 0) / runs.length;
}
