import { getEventListeners } from "node:events";

import type { Clock, Random, Timer } from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A clock, and a way to let `ms` milliseconds go by on it. */
export interface ClockBench {
  readonly clock: Clock;
  pass(ms: number): Promise<void>;
}

/** The contract of `Clock`. Waits at most some tens of milliseconds on a real one. */
export function describeClock(name: string, { make }: { make(): ClockBench }): void {
  describe(`Clock contract: ${name}`, () => {
    describeTimers(make);
    describeSleep(make);
    describeReadings(make);
  });
}

function describeTimers(make: () => ClockBench): void {
  test("fires by due time, then in the order of setting, each once", async () => {
    const { clock, pass } = make();
    const fired: string[] = [];
    for (const [ms, label] of [
      [180, "late"],
      [20, "first"],
      [20, "second"],
      // Far from the others: a machine that is busy may take its time between two of these calls.
      [100, "middle"],
    ] as const)
      clock.after(ms, () => fired.push(label));
    await pass(200);
    expect(fired).toEqual(["first", "second", "middle", "late"]);
    await pass(20);
    expect(fired).toHaveLength(4);
  });

  test("never fires while it is being set, also when the time is zero or lies in the past", async () => {
    const { clock, pass } = make();
    const fired: number[] = [];
    for (const ms of [0, -1, -1e12]) clock.after(ms, () => fired.push(ms));
    expect(fired).toEqual([]);
    await pass(5);
    expect(fired).toEqual([0, -1, -1e12]);
  });

  test("a time longer than any machine's timer is no short one", async () => {
    const { clock, pass } = make();
    const fired: number[] = [];
    const timers = [2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY].map((ms) =>
      clock.after(ms, () => fired.push(ms)),
    );
    await pass(10);
    for (const timer of timers) timer.cancel();
    expect(fired).toEqual([]);
  });

  test("cancelled timers don't fire, the others do; to cancel twice or too late is harmless", async () => {
    const { clock, pass } = make();
    const fired: string[] = [];
    const gone = clock.after(2, () => fired.push("gone"));
    const kept = clock.after(2, () => fired.push("kept"));
    gone.cancel();
    gone.cancel();
    await pass(10);
    kept.cancel();
    expect(fired).toEqual(["kept"]);
  });

  test("a timer may cancel one that is due at the same time, and set another", async () => {
    const { clock, pass } = make();
    const fired: string[] = [];
    const timers: Timer[] = [];
    clock.after(2, () => {
      timers[0]?.cancel();
      clock.after(0, () => fired.push("set by a timer"));
    });
    timers.push(clock.after(2, () => fired.push("cancelled by a timer")));
    await pass(15);
    expect(fired).toEqual(["set by a timer"]);
  });
}

function describeSleep(make: () => ClockBench): void {
  test("sleeps as long as asked and leaves nothing on its signal", async () => {
    const { clock, pass } = make();
    const { signal } = new AbortController();
    let awake = false;
    const sleep = clock.sleep(4, signal).then(() => (awake = true));
    await Promise.resolve();
    expect(awake).toBe(false);
    await pass(15);
    await sleep;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("an abort ends a sleep at once, whatever its reason, and never rejects it", async () => {
    const { clock } = make();
    for (const reason of [undefined, "enough", new RangeError("odd")]) {
      const stop = new AbortController();
      const sleep = clock.sleep(1e9, stop.signal);
      stop.abort(reason);
      await expect(sleep).resolves.toBeUndefined();
      expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    }
  });

  test("with an aborted signal there is no sleep", async () => {
    await expect(make().clock.sleep(1e9, AbortSignal.abort())).resolves.toBeUndefined();
  });
}

function describeReadings(make: () => ClockBench): void {
  test("the monotonic reading never goes back, and grows with time", async () => {
    const { clock, pass } = make();
    const readings = [clock.monotonic()];
    for (const ms of [0, 1, 5, 0, 3]) {
      await pass(ms);
      readings.push(clock.monotonic());
    }
    expect(readings).toEqual(readings.toSorted((left, right) => left - right));
    // A machine's timer may fire up to a millisecond early, by its own count.
    expect((readings.at(-1) ?? 0) - (readings[0] ?? 0)).toBeGreaterThanOrEqual(4);
  });

  test("the wall reading is a time in milliseconds since 1970, of this century", () => {
    const now = make().clock.now();
    expect(now).toBeGreaterThan(Date.UTC(2001, 0, 1));
    expect(now).toBeLessThan(Date.UTC(2101, 0, 1));
  });
}

/** The contract of `Random`. */
export function describeRandom(name: string, { make }: { make(): Random }): void {
  describe(`Random contract: ${name}`, () => {
    test("numbers are in [0, 1) and differ", () => {
      const random = make();
      const numbers = Array.from({ length: 500 }, () => random.next());
      expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
      expect(new Set(numbers).size).toBeGreaterThan(490);
    });

    test("a token is as many bytes in hexadecimal as asked for", () => {
      const random = make();
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 64 }), (bytes) => {
          expect(random.token(bytes)).toMatch(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
        }),
      );
    });

    test("tokens never repeat", () => {
      const random = make();
      expect(new Set(Array.from({ length: 1_000 }, () => random.token(16))).size).toBe(1_000);
    });
  });
}
