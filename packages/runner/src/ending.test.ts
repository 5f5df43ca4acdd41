import { expect, test } from "vitest";

import { endingFor, fingerprintOf, foldedTail } from "./ending.ts";

test.each([
  ["3 tests failed in 950ms", "3 tests failed in 1.05 s"],
  ["at /home/ana/x/sum.js:12:7", "at /tmp/orch/clone-2/sum.js:112:19"],
  ["commit 0a1b2c3d failed", "commit ffeeddccbbaa failed"],
  ["took 12 s\n\n  next", "took 7 s next"],
  ["Duration 00:01:02.5", "Duration 00:59:58.25"],
])("%j and %j are one failure", (left, right) => {
  expect(fingerprintOf(left)).toBe(fingerprintOf(right));
});

test.each([
  ["expected sum to be even", "expected sum to be odd"],
  ["lint failed", "test failed"],
])("%j and %j are two", (left, right) => {
  expect(fingerprintOf(left)).not.toBe(fingerprintOf(right));
});

test("the tail of a long output is the same although its numbers have other widths", () => {
  const output = (width: number): string =>
    Array.from({ length: 400 }, (_, line) => `case ${line} took ${"9".repeat(width)} ms and was fine`)
      .join("\n")
      .slice(-4_000);
  expect(output(1).slice(0, 40)).not.toBe(output(3).slice(0, 40));
  expect(foldedTail(output(1))).toBe(foldedTail(output(3)));
});

test("the reason is a part of the fingerprint, a lesson is not", () => {
  expect(endingFor("silence", "x").fingerprint).not.toBe(endingFor("wall_timeout", "x").fingerprint);
  expect(endingFor("silence", "x", { lesson: "speak" }).fingerprint).toBe(endingFor("silence", "x").fingerprint);
});
