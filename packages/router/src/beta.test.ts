import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { betaBelow, betaQuantile } from "./beta.ts";

const shape = fc.record({
  a: fc.double({ min: 0.5, max: 80, noNaN: true }),
  b: fc.double({ min: 0.5, max: 80, noNaN: true }),
});
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe("the beta distribution", () => {
  test.each([
    [0.3, 1, 1, 0.3],
    [0.25, 2, 1, 0.5],
    [0.5, 7, 7, 0.5],
    // As SciPy's beta.ppf has them.
    [0.05, 2, 5, 0.062_849_891_7],
    [0.95, 8, 3, 0.912_735_566_1],
    [0.5, 30, 12, 0.717_714_507_4],
  ])("quantile %d of (%d, %d)", (...[p, a, b, expected]) => {
    expect(betaQuantile(p, { a, b })).toBeCloseTo(expected, 9);
  });

  test("a quantile and its probability are each other's way back", () => {
    fc.assert(
      fc.property(shape, share, (of, p) => {
        expect(betaBelow(betaQuantile(p, of), of)).toBeCloseTo(p, 9);
      }),
    );
  });

  test("nothing lies outside 0 to 1", () => {
    expect([-1, 0, 1, 2].map((x) => betaBelow(x, { a: 2, b: 3 }))).toEqual([0, 0, 1, 1]);
  });
});
