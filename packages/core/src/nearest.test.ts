import { expect, test } from "vitest";

import { nearest } from "./nearest.ts";

test.each([
  ["lits", "list"],
  ["lst", "list"],
  ["LIST", "list"],
  ["statsu", "status"],
  ["sub-tsk", "sub_task"],
  ["at", undefined],
  ["xyzzy", undefined],
  ["", undefined],
  ["q".repeat(10_000), undefined],
])("%s: %s", (word, expected) => {
  expect(nearest(word, ["list", "status", "attach", "sub_task"])).toBe(expected);
});
