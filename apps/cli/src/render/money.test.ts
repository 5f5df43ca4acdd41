import type { CommandResults } from "@orch/api";
import { expect, test } from "vitest";

import { renderCost } from "./money.ts";
import { createStyle } from "./style.ts";

type Row = CommandResults["cost"]["rows"][number];

const untold: Row = {
  key: "kimi",
  attempts: 2,
  untoldAttempts: 2,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  countedTokens: null,
  unpricedTokens: null,
  costUsd: null,
};
const figures = { inputTokens: 5, cachedInputTokens: 0, outputTokens: 1, countedTokens: 6, unpricedTokens: 0 };
const told: Row = { key: "codex", attempts: 1, untoldAttempts: 0, ...figures, costUsd: 0.5 };
const total: Row = { ...told, key: "total", attempts: 3, untoldAttempts: 2 };

test("what an agent does not tell is told as that, and is no zero", () => {
  const cost = { by: "agent", since: 0, rows: [told, untold], total, pricesAsOf: null } as const;
  const lines = renderCost(cost, { style: createStyle(false), columns: 200 }).split("\n");
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ["AGENT", "ATTEMPTS", "INPUT", "CACHED", "OUTPUT", "COST (USD)"],
    ["codex", "1", "5", "0", "1", "0.5000"],
    ["kimi", "2", "not told", "not told", "not told", "not told"],
    ["total", "3", "5", "0", "1", "0.5000"],
    ["Without 2 attempts whose agents told no tokens"],
  ]);
});
