import type { RunLimits } from "@orch/core";
import { createFakeClock, type FakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { watchLimits, type LimitWatch } from "./limits.ts";

const none: RunLimits = { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 };

function watch(limits: Partial<RunLimits>): { clock: FakeClock; passed: readonly string[]; seen: LimitWatch } {
  const clock = createFakeClock();
  const passed: string[] = [];
  const seen = watchLimits({ ...none, ...limits }, clock, (cause) => passed.push(cause));
  return { clock, passed, seen };
}

test("no limit sets no timer", () => {
  expect(watch({}).clock.pending).toBe(0);
});

test("each limit is noticed once, at its time", async () => {
  const limits = { wallMs: ["wall"], silenceMs: ["silence"], noProgressMs: ["no_progress"] };
  for (const [limit, causes] of Object.entries(limits)) {
    const { clock, passed } = watch({ [limit]: 1_000 });
    await clock.advance(999);
    expect(passed).toEqual([]);
    await clock.advance(1);
    expect(passed).toEqual(causes);
    await clock.advance(10_000);
    expect(passed).toEqual(causes);
  }
});

test("output puts off silence, but neither progress nor the end", async () => {
  const { clock, passed, seen } = watch({ wallMs: 10_000, silenceMs: 1_000, noProgressMs: 3_000 });
  for (let second = 0; second < 5; second += 1) {
    await clock.advance(600);
    seen.sawBytes();
  }
  expect(passed).toEqual(["no_progress"]);
});

test("one timer is set, and none after the end", async () => {
  const { clock, seen } = watch({ wallMs: 10_000, silenceMs: 1_000, noProgressMs: 3_000 });
  for (let times = 0; times < 100; times += 1) seen.sawBytes();
  expect(clock.pending).toBe(1);
  seen.close();
  expect(clock.pending).toBe(0);
});
