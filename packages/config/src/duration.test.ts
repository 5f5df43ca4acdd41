import { expect, test } from "vitest";

import { durationMs } from "./duration.ts";

test.each<[number | string, number]>([
  [0, 0],
  [1.5, 1500],
  ["30", 30_000],
  ["30s", 30_000],
  ["250ms", 250],
  ["5m", 300_000],
  ["1.5h", 5_400_000],
])("%s", (written, expected) => {
  expect(durationMs(written)).toBe(expected);
});
