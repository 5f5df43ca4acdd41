import { parseAgentName, unwrap, type AgentName, type RouteWeight } from "@orch/core";
import { projectOf } from "@orch/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { learnedWeight, pickByWeight, weightNow } from "./weights.ts";

const [codex, claude] = ["codex", "claude"].map((name): AgentName => unwrap(parseAgentName(name)));
const MINUTE = 60_000;

describe("weights", () => {
  test("an agent that nobody knows weighs one", () => expect(weightNow(undefined, 0)).toBe(1));

  test("a limit takes seven tenths, again and again, down to a floor", () => {
    let weight = learnedWeight(undefined, { signal: "limited", now: 0 });
    expect(weight).toEqual({ weight: 0.3, at: 0, limitedAt: 0 });
    for (let now = 1; now < 9; now += 1) weight = learnedWeight(weight, { signal: "limited", now });
    expect(weight.weight).toBe(0.05);
  });

  test("it rests a minute, then heals a tenth every ten seconds up to one", () => {
    const limited: RouteWeight = { weight: 0.3, at: 0, limitedAt: 0 };
    const at = (ms: number): number => Math.round(weightNow(limited, ms) * 100) / 100;
    expect([0, MINUTE, MINUTE + 10_000, MINUTE + 30_000, MINUTE + 70_000, 99 * MINUTE].map(at)).toEqual([
      0.3, 0.3, 0.4, 0.6, 1, 1,
    ]);
  });

  test("a success gives a tenth, and does not forget the limit", () => {
    const healed = learnedWeight({ weight: 0.3, at: 0, limitedAt: 0 }, { signal: "success", now: 5_000 });
    expect(healed).toEqual({ weight: 0.4, at: 5_000, limitedAt: 0 });
  });

  test("whatever happens, a weight stays between floor and one, and a clock that goes back harms nothing", () => {
    const told = fc.record({ signal: fc.constantFrom("limited", "success"), now: fc.integer({ min: 0, max: 1e7 }) });
    fc.assert(
      fc.property(fc.array(told), (all) => {
        let weight: RouteWeight | undefined;
        for (const one of all) {
          weight = learnedWeight(weight, one);
          expect(weight.weight).toBeGreaterThanOrEqual(0.05);
          expect(weight.weight).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("the choice follows the weights over all of chance", () => {
    if (codex === undefined || claude === undefined) throw new Error("no names");
    const weights = { claude: { weight: 0.25, at: 0 } };
    const counts = new Map<string, number>();
    for (let step = 0; step < 1000; step += 1) {
      const context = { project: projectOf("/source"), available: [], weights, now: 0, chance: step / 1000 };
      const agent = pickByWeight([codex, claude], { context, log: [] });
      counts.set(String(agent), (counts.get(String(agent)) ?? 0) + 1);
    }
    expect(counts).toEqual(
      new Map([
        ["codex", 800],
        ["claude", 200],
      ]),
    );
  });
});
