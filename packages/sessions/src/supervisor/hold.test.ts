import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { createHold, type HoldChange } from "./hold.ts";

function open() {
  const clock = createFakeClock();
  const changes: HoldChange[] = [];
  return { clock, changes, hold: createHold(clock, (change) => changes.push(change)) };
}

test("a person on two terminals holds it until they have left both", () => {
  const { hold, changes, clock } = open();
  hold.set({ by: "ada", terminal: "1" }, 60_000);
  hold.set({ by: "ada", terminal: "2" }, 60_000);
  hold.set({ by: "ada", terminal: "1" }, 0);
  expect(hold.holders).toEqual(["ada"]);
  // What a terminal holds is not let go of elsewhere.
  hold.set({ by: "ada" }, 0);
  expect(hold.holders).toEqual(["ada"]);
  hold.set({ by: "ada", terminal: "2" }, 0);
  expect([hold.holders, changes, clock.pending]).toEqual([[], [{ by: "ada" }, { left: "ada" }], 0]);
});

test("two people hold it together, and only their coming and leaving is told", () => {
  const { hold, changes } = open();
  for (let renewal = 0; renewal < 3; renewal += 1) {
    hold.set({ by: "ada", terminal: "1" }, 60_000);
    hold.set({ by: "eve", terminal: "2" }, 60_000);
  }
  expect(hold.holders).toEqual(["ada", "eve"]);
  hold.set({ by: "eve", terminal: "2" }, 0);
  expect(hold.holders).toEqual(["ada"]);
  hold.set({ by: "ada", terminal: "1" }, 0);
  expect(changes).toEqual([{ by: "ada" }, { by: "eve" }, { left: "eve", by: "ada" }, { left: "ada" }]);
});

test("each hold has a time of its own, and a flood of them is bounded", async () => {
  const { hold, changes, clock } = open();
  hold.set({ by: "ada" }, 300_000);
  hold.set({ by: "ada", terminal: "1" }, 60_000);
  await clock.advance(60_000);
  expect([hold.holders, clock.pending]).toEqual([["ada"], 1]);
  await clock.advance(240_000);
  expect(changes).toEqual([{ by: "ada" }, { left: "ada" }]);
  for (let number = 0; number < 1_000; number += 1) hold.set({ by: "eve", terminal: `${number}` }, 60_000);
  expect(clock.pending).toBe(256);
  hold.close();
  expect(clock.pending).toBe(0);
});
