import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "../src/index.js";

test("reads every unit", () => {
  assert.equal(parse("1d 2h 3m 4s 5ms"), 93_784_005);
});

test("takes spaces and capitals as they come", () => {
  assert.equal(parse(" 1H30m "), 5_400_000);
});

test("refuses what is no span", () => {
  for (const text of ["", "soon", "5", "5 parsecs"]) assert.throws(() => parse(text), RangeError);
});
