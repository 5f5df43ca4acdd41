import { waitFor } from "@orch/testing";
import { array, assert, asyncProperty, integer, nat, record } from "fast-check";
import { describe, expect, test } from "vitest";

import { createFanOut, type FanOut, type ReadFrom } from "./fan-out.ts";
import type { Frame } from "./frame.ts";

const frame = (seq: number): Frame => ({ seq, bytes: new Uint8Array(10) });

/** A source that grows by hand, and counts how often it is read. */
function growing(): {
  readonly read: (from: ReadFrom) => AsyncGenerator<Frame>;
  readonly readings: { started: number; open: number };
  grow(to: number): void;
  end(): void;
  fail(): void;
} {
  const readings = { started: 0, open: 0 };
  let length = 0;
  let state: "open" | "over" | "broken" = "open";
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  return {
    readings,
    grow(to) {
      length = to;
      tell();
    },
    end() {
      state = "over";
      tell();
    },
    fail() {
      state = "broken";
      tell();
    },
    async *read({ after, signal }) {
      readings.started += 1;
      readings.open += 1;
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      try {
        let seq = after + 1;
        while (!signal.aborted) {
          if (state === "broken") throw new Error("the source broke");
          if (seq <= length) yield frame(seq++);
          else if (state === "over") return;
          else await Promise.race([news.promise, aborted]);
        }
      } finally {
        readings.open -= 1;
      }
    },
  };
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** Follows from a number to the end; the slower, the more turns of the loop it takes for each frame. */
async function followed(shared: FanOut, after: number, turns: number): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const { seq } of shared.follow({ after, signal: new AbortController().signal })) {
    seen.push(seq);
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return seen;
}

describe("a fan-out", () => {
  test("gives every follower all frames once and in order, fast or slow, early or late", async () => {
    const followers = array(record({ after: nat(60), turns: nat(4) }), { minLength: 1, maxLength: 6 });
    const growth = array(integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 8 });
    await assert(
      asyncProperty(followers, growth, integer({ min: 1, max: 200 }), async (wanted, steps, windowBytes) => {
        const source = growing();
        const shared = createFanOut({ read: source.read, windowBytes, onEnd: () => undefined });
        const all = wanted.map(({ after, turns }) => followed(shared, after, turns));
        let length = 0;
        for (const step of steps) {
          source.grow((length += step));
          for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        }
        source.end();
        const seen = await Promise.all(all);
        expect(seen).toEqual(wanted.map(({ after }) => numbers(after + 1, length)));
        expect(source.readings.open).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("reads the source once for those who keep up", async () => {
    const source = growing();
    const shared = createFanOut({ read: source.read, windowBytes: 1_000, onEnd: () => undefined });
    const all = Array.from({ length: 50 }, () => followed(shared, 0, 0));
    source.grow(500);
    source.end();
    for (const seen of await Promise.all(all)) expect(seen).toHaveLength(500);
    expect(source.readings.started).toBe(1);
  });

  test("ends its reading when the last follower leaves, even one that waits for news", async () => {
    const source = growing();
    let ends = 0;
    const shared = createFanOut({ read: source.read, windowBytes: 1_000, onEnd: () => (ends += 1) });
    const leaving = new AbortController();
    const follower = shared.follow({ after: 0, signal: leaving.signal });
    const first = follower.next();
    source.grow(1);
    expect(await first).toEqual({ done: false, value: frame(1) });
    const second = follower.next();
    leaving.abort();
    expect(await second).toEqual({ done: true, value: undefined });
    await waitFor("the reading to be closed", () => source.readings.open === 0);
    expect(ends).toBe(1);
  });

  test("tells every follower when the source fails, and is then forgotten", async () => {
    const source = growing();
    let ends = 0;
    const shared = createFanOut({ read: source.read, windowBytes: 1_000, onEnd: () => (ends += 1) });
    const all = [followed(shared, 0, 0), followed(shared, 0, 2)];
    source.grow(3);
    source.fail();
    for (const one of await Promise.allSettled(all)) expect(one).toMatchObject({ status: "rejected" });
    expect(ends).toBeGreaterThan(0);
  });
});
