import { expect, test } from "vitest";

import { planWarm } from "./warm.ts";

const [old, first, second, third] = [
  { name: "0", fits: false },
  { name: "1", fits: true },
  { name: "2", fits: true },
  { name: "3", fits: true },
] as const;

test.each([
  { when: "nothing is there", clones: [], wanted: 2, plan: { drop: [], make: 2 } },
  { when: "one has another set-up", clones: [old, first], wanted: 2, plan: { drop: ["0"], make: 1 } },
  { when: "all are there", clones: [first, second], wanted: 2, plan: { drop: [], make: 0 } },
  { when: "there are too many", clones: [first, second, third], wanted: 1, plan: { drop: ["1", "2"], make: 0 } },
  { when: "none is wanted any more", clones: [old, first], wanted: 0, plan: { drop: ["0", "1"], make: 0 } },
])("when $when", ({ clones, wanted, plan }) => {
  expect(planWarm(clones, wanted)).toEqual(plan);
});
