import { expect, test } from "vitest";

import { closingLines, formatCounts, readTestCounts } from "./summary.ts";

const OUTPUT = [
  " ✓ |core| src/a.test.ts (3 tests) 4ms",
  "",
  " Test Files  1 failed | 2 passed (3)",
  "      Tests  1 failed | 12 passed | 2 skipped (15)",
  "   Duration  1.02s",
  "",
].join("\n");

test("reads the counts of vitest's closing line", () => {
  expect(readTestCounts(OUTPUT)).toEqual({ passed: 12, failed: 1, skipped: 2 });
});

test("has no counts for output without a closing line", () => {
  expect(readTestCounts("error: no tests")).toBeUndefined();
});

test("keeps the closing block only", () => {
  expect(closingLines(OUTPUT).split("\n")).toHaveLength(3);
  expect(closingLines("build ok")).toBe("");
});

test("formats counts alone on a line", () => {
  expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).toBe("Tests: 3 passed, 0 failed");
  expect(formatCounts({ passed: 3, failed: 1, skipped: 2 })).toBe("Tests: 3 passed, 1 failed, 2 skipped");
});
