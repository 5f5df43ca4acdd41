import assert from "node:assert/strict";
import { test } from "node:test";

import { format } from "../src/index.js";

test("writes the units that are there", () => {
  assert.equal(format(93_784_005), "1d 2h 3m 4s 5ms");
  assert.equal(format(5_400_000), "1h 30m");
});

test("writes nothing as 0ms", () => {
  assert.equal(format(0), "0ms");
});

test("counts long spans in days", () => {
  assert.equal(format(864_000_000), "10d");
});
