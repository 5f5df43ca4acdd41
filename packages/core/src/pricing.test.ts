import { expect, test } from "vitest";

import { costAt, countedTokens, pricedUsage, priceOf, priceOfAny, runningUsage, type PriceTable } from "./index.ts";
import { costOfRequest } from "./pricing.ts";

const table: PriceTable = {
  asOf: "2026-11-01",
  models: { "gpt-5": { input: 1, cachedInput: 0.1, output: 10 }, sonnet: { input: 3, output: 15 } },
};
const usage = { inputTokens: 1_000_000, cachedInputTokens: 400_000, outputTokens: 100_000 };

test("a price is found by the model's name, with or without provider and date, and never guessed", () => {
  expect(priceOf(table, "gpt-5")).toBe(table.models["gpt-5"]);
  expect(priceOf(table, "openai/gpt-5")).toBe(table.models["gpt-5"]);
  expect(priceOf(table, "gpt-5-2026-10-01")).toBe(table.models["gpt-5"]);
  expect(priceOf(table, "gpt-5-mini")).toBeUndefined();
  expect(priceOf(table, "constructor")).toBeUndefined();
  expect(priceOf(table, undefined)).toBeUndefined();
});

test("the first name with a price counts, then the fallback", () => {
  const fallback = { input: 9, output: 9 };
  expect(priceOfAny({ ...table, fallback }, ["new", "sonnet"])).toBe(table.models["sonnet"]);
  expect(priceOfAny({ ...table, fallback }, ["new", undefined])).toBe(fallback);
  expect(priceOfAny(table, ["new"])).toBeUndefined();
});

const tokens = (inputTokens: number): typeof usage => ({ inputTokens, cachedInputTokens: 0, outputTokens: 0 });
const used = (inputTokens: number, more: object = {}) =>
  ({ type: "usage", usage: tokens(inputTokens), ...more }) as const;

test("a cost that is told takes the place of what was reckoned since the last one", () => {
  const add = runningUsage({ price: { input: 1_000_000, output: 1_000_000 } });
  expect(add(used(3))?.costUsd).toBe(3);
  expect(add(used(2))?.costUsd).toBe(5);
  expect(add({ type: "usage", usage: { ...tokens(1), costUsd: 4 } })).toEqual({ ...tokens(6), costUsd: 4 });
  expect(add(used(2))?.costUsd).toBe(6);
  expect(add({ type: "text", text: "words" })).toBeUndefined();
  expect(runningUsage({})(used(5))?.costUsd).toBeUndefined();
});

test("what runs is priced by the model that used it, else the one that the agent named, else the one price", () => {
  const prices = { big: { input: 3_000_000, output: 0 }, small: { input: 1_000_000, output: 0 } };
  const add = runningUsage({ prices, price: { input: 9_000_000, output: 0 } });
  expect(add(used(1))?.costUsd).toBe(9);
  expect(add({ type: "session:ready", model: "big-20261101" })).toBeUndefined();
  expect(add(used(1))?.costUsd).toBe(12);
  expect(add(used(1, { model: "small" }))?.costUsd).toBe(13);
  expect(add(used(1, { model: "unknown" }))?.costUsd).toBe(22);
});

test("cached tokens cost what the table says, or as much as others", () => {
  expect(costAt({ input: 1, cachedInput: 0.1, output: 10 }, usage)).toBeCloseTo(0.6 + 0.04 + 1);
  expect(costAt({ input: 3, output: 15 }, usage)).toBeCloseTo(3 + 1.5);
});

test("the agent's own figure wins, and without a price there is no cost", () => {
  expect(pricedUsage({ ...usage, costUsd: 7 }, { input: 1, output: 1 }).costUsd).toBe(7);
  expect(pricedUsage(usage, { input: 1, output: 1 }).costUsd).toBeCloseTo(1.1);
  expect(pricedUsage(usage, undefined)).toBe(usage);
});

test("budgets count what was sent anew and what came back", () => {
  expect(countedTokens(usage)).toBe(700_000);
  expect(countedTokens({ inputTokens: 1, cachedInputTokens: 5, outputTokens: 2 })).toBe(2);
});

const tiered = {
  input: 1,
  cachedInput: 0.5,
  output: 10,
  long: { over: 100_000, input: 2, cachedInput: 1, output: 20 },
};

test("a very long request costs more as a whole, and many short ones do not", () => {
  const request = (inputTokens: number): typeof usage => ({
    inputTokens,
    cachedInputTokens: 50_000,
    outputTokens: 1000,
  });
  expect(costOfRequest(tiered, request(100_000))).toBeCloseTo(0.05 + 0.025 + 0.01);
  expect(costOfRequest(tiered, request(100_001))).toBeCloseTo(0.1 + 0.05 + 0.02);
  const short = Array.from({ length: 3 }, () => ({ type: "usage", usage: request(60_000) }) as const);
  const long = { type: "usage", usage: request(150_000) } as const;
  const whole = { inputTokens: 330_000, cachedInputTokens: 200_000, outputTokens: 4000 };
  expect(pricedUsage(whole, tiered).costUsd).toBeCloseTo(0.13 + 0.1 + 0.04);
  expect(pricedUsage(whole, tiered, [...short, long]).costUsd).toBeCloseTo(3 * 0.045 + 0.27);
  const add = runningUsage({ price: tiered });
  expect([...short, long].map((event) => add(event)?.costUsd).at(-1)).toBeCloseTo(3 * 0.045 + 0.27);
});
