import type { Random } from "@orch/core";

/** Chance that is the same for the same seed, with the choices that a simulation makes. */
export interface SeededRandom extends Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the values. */
  pick<Value>(values: readonly Value[]): Value;
}

/** Makes a generator (mulberry32: 32 bits of state, enough for a simulation, useless for secrets). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function between(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1));
  }

  return {
    next,
    between,
    token: (bytes) => Array.from({ length: bytes }, () => between(0, 255).toString(16).padStart(2, "0")).join(""),
    chance: (probability) => next() < probability,
    pick(values) {
      const value = values[between(0, values.length - 1)];
      if (value === undefined) throw new Error("nothing to pick from");
      return value;
    },
  };
}
