import type { RunLimits } from "@orch/core";
import { createFakeClock, type FakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { watchLimits, type LimitWatch } from "./limits.ts";

const none: RunLimits = { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 };

interface Watched {
  readonly clock: FakeClock;
  readonly passed: readonly string[];
  readonly said: readonly string[];
  readonly seen: LimitWatch;
  readonly person: { busy: boolean };
}

function watch(limits: Partial<RunLimits>): Watched {
  const clock = createFakeClock();
  const passed: string[] = [];
  const said: string[] = [];
  const person = { busy: false };
  const seen = watchLimits({ ...none, ...limits }, clock, {
    exceeded: (cause) => void passed.push(cause),
    nudge: (cause, quietMs) => void said.push(`${cause} ${quietMs}`),
    suspended: () => person.busy,
  });
  return { clock, passed, seen, said, person };
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

test.each([0, 0.5, 0.8])(
  "a hold between two looks leaves the whole time after it (nudged at %s)",
  async (nudgeShare) => {
    const { clock, passed, said, seen, person } = watch({ silenceMs: 600, noProgressMs: 600, nudgeShare });
    await clock.advance(60);
    person.busy = true;
    await clock.advance(530);
    person.busy = false;
    seen.resumed();
    await clock.advance(599);
    expect(passed).toEqual([]);
    expect(said).toEqual(nudgeShare === 0 ? [] : [`silence ${600 * nudgeShare}`, `no_progress ${600 * nudgeShare}`]);
    await clock.advance(1);
    expect(passed).toEqual(["silence"]);
  },
);

test("a quiet agent is spoken to once for each quiet while, before it is ended", async () => {
  const { clock, passed, seen, said } = watch({ silenceMs: 1_000, nudgeShare: 0.5 });
  await clock.advance(700);
  expect(said).toEqual(["silence 500"]);
  seen.sawBytes();
  await clock.advance(499);
  expect(said).toHaveLength(1);
  await clock.advance(200);
  expect(said).toHaveLength(2);
  await clock.advance(400);
  expect([said.length, passed]).toEqual([2, ["silence"]]);
});

test("a person who is at it stops the clocks of silence and progress, and not the whole time", async () => {
  const { clock, passed, said, person } = watch({
    wallMs: 99_000,
    silenceMs: 1_000,
    noProgressMs: 2_000,
    nudgeShare: 1,
  });
  person.busy = true;
  await clock.advance(8_000);
  expect([passed, said]).toEqual([[], []]);
  person.busy = false;
  await clock.advance(999);
  expect(passed).toEqual([]);
  await clock.advance(1);
  expect(passed).toEqual(["silence"]);
  const whole = watch({ wallMs: 9_000 });
  whole.person.busy = true;
  await whole.clock.advance(9_000);
  expect(whole.passed).toEqual(["wall"]);
});
