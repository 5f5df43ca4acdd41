import { expect, test } from "vitest";

import { watchBudget } from "./budget.ts";

const limits = { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 };
const usage = { inputTokens: 100, cachedInputTokens: 60, outputTokens: 10 };

function told(more: object, rounds: number): readonly string[] {
  const said: string[] = [];
  const watch = watchBudget({ ...limits, ...more }, (detail) => said.push(detail));
  for (let round = 0; round < rounds; round += 1) watch.saw({ type: "usage", usage });
  return said;
}

test("tells once, as soon as the counted tokens reach the limit", () => {
  expect(told({ tokens: 100 }, 1)).toEqual([]);
  expect(told({ tokens: 100 }, 2)).toEqual(["It used 100 tokens; 100 were left in the budget."]);
  expect(told({ tokens: 100 }, 5)).toHaveLength(1);
  expect(told({}, 100)).toEqual([]);
});

test("counts money by the price where the agent does not say it, and not at all without one", () => {
  const price = { input: 1000, cachedInput: 0, output: 1000 };
  expect(told({ costUsd: 0.1, price }, 1)).toEqual([]);
  expect(told({ costUsd: 0.1, price }, 2)).toEqual(["It cost $0.1000; $0.1000 were left in the budget."]);
  expect(told({ costUsd: 0.1 }, 100)).toEqual([]);
  expect(told({ costUsd: 0.1, prices: { other: price } }, 100)).toEqual([]);
});
