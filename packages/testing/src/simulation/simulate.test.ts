import { describe, expect, it } from "vitest";

import { plantedBugs, type PlantedBug } from "./planted-bugs.ts";
import { simulate } from "./simulate.ts";

/** How far a search goes on when lives have changed, and the seed that showed a bug does not any more. */
const MOST_SEEDS = 400;
/** A life that shows each bug: those before it would take most of the time of a search. */
const NEAR: Readonly<Record<PlantedBug, number>> = {
  "act-before-recording": 13,
  "no-fencing": 136,
  "no-look-before-create": 2,
  "retry-counter-reset": 1,
  "lost-wake-up": 3,
  "lease-never-renewed": 2,
  "comments-without-looking": 7,
  "approval-of-any-commit": 309,
  "branches-in-the-repository": 7,
};

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
      const first = NEAR[bug];
      for (let seed = first; seed < first + MOST_SEEDS; seed += 1) {
        const run = await simulate(seed, bug);
        if (run.wrong.length > 0) return;
      }
      expect.fail(`${MOST_SEEDS} seeds did not find ${bug}`);
    },
    400_000,
  );
});
