import { expect, test } from "vitest";

import { nearest } from "./nearest.ts";

test.each([
  ["lits", "list"],
  ["lst", "list"],
  ["LIST", "list"],
  ["statsu", "status"],
  ["xyzzy", undefined],
  ["", undefined],
  ["q".repeat(10_000), undefined],
])("%s: %s", (word, expected) => {
  expect(nearest(word, ["list", "status", "attach"])).toBe(expected);
});
