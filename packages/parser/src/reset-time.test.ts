import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { resetTimeOf } from "./reset-time.ts";

const now = new Date(2026, 10, 21, 1, 46, 50).getTime();

describe("resetTimeOf", () => {
  it.each([
    ["or try again at 4:20 AM.", new Date(2026, 10, 21, 4, 20).getTime()],
    ["or try again at 1:20 AM.", new Date(2026, 10, 22, 1, 20).getTime()],
    ["try again at Nov 21st, 2026 12:55 PM.", new Date(2026, 10, 21, 12, 55).getTime()],
    ["Please try again in 1s.", now + 1000],
    ["try again in 1.5 hours", now + 5_400_000],
    ["You've hit your 5-hour limit · resets Mar 23, 2033, 11:54pm (UTC)", Date.UTC(2033, 2, 23, 23, 54)],
    ["resets Mar 3, 2033, 5am (UTC)", Date.UTC(2033, 2, 3, 5)],
    ["try again later", undefined],
  ])("%s", (message, expected) => {
    expect(resetTimeOf(message, now)).toBe(expected);
  });

  it("never throws and never points into the past for times of day", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const at = resetTimeOf(`try again at ${text}`, now);
        expect(at === undefined || Number.isInteger(at)).toBe(true);
      }),
    );
  });
});
