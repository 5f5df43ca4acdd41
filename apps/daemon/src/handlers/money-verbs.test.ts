import type { Dims } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { moneyHandlers } from "./money-verbs.ts";
import type { ApiServices, Caller } from "./services.ts";

test.each([
  [{ agent: true }, "agent"],
  [{ model: true }, "model"],
  [{ by: "day", model: true }, "day"],
  [{}, "agent"],
] as const)("cost with %j has one row per %s", async (flags, by) => {
  const services: ApiServices = Object.assign({} as ApiServices, {
    clock: createFakeClock(),
    store: { metrics: async () => [] },
    projects: { global: { prices: {} }, get: () => undefined, list: () => [] },
    configuration: async () => ({ config: { pricing: {} } }),
  });
  const caller: Caller = { actor: "cli:me" };
  expect((await moneyHandlers.cost(services, { all: true, ...flags }, caller)).by).toBe(by);
});

const HOUR_MS = 3_600_000;
const now = 40 * 24 * HOUR_MS;

/** Services whose store has measured these values. */
function measured(values: readonly (Dims & { readonly name: string; readonly at: string; readonly value: string })[]) {
  const metrics: ApiServices["store"]["metrics"] = async ({ name, since }) =>
    values
      .filter((one) => one.name === name && Number(one.at) >= since)
      .map(({ name: _name, at: _at, value, ...dims }) => ({ name, dims, sum: Number(value), count: 1 }));
  const task = async (): Promise<object> => ({ project: "acme/app", id: "int-1" });
  return Object.assign({} as ApiServices, {
    clock: createFakeClock(now),
    store: { metrics, task },
    projects: { global: { prices: {} }, get: () => ({ id: "acme/app" }), list: () => [{ id: "acme/app" }] },
  });
}

const value = (agent: string, name: string, [sum, hoursAgo]: readonly [number, number]) => ({
  project: "acme/app",
  task: "int-1",
  agent,
  name,
  value: String(sum),
  at: String(now - hoursAgo * HOUR_MS),
});
const caller: Caller = { actor: "cli:me" };

test("an agent that tells no tokens has none in the account, which says so; those of others are summed", async () => {
  const services = measured([
    ...["attempt_ms", "untold"].map((name) => value("kimi", name, [1, 1])),
    value("codex", "attempt_ms", [1, 1]),
    ...["input_tokens", "counted_tokens", "cost_usd"].map((name) => value("codex", name, [5, 1])),
  ]);
  const { rows, total } = await moneyHandlers.cost(services, { all: true }, caller);
  expect(rows).toMatchObject([
    { key: "codex", attempts: 1, untoldAttempts: 0, inputTokens: 5, costUsd: 5 },
    { key: "kimi", attempts: 1, untoldAttempts: 1, inputTokens: null, outputTokens: null, costUsd: null },
  ]);
  expect(total).toMatchObject({ attempts: 2, untoldAttempts: 1, inputTokens: 5, costUsd: 5 });
});

test("the days of a task and their sum are of the same time", async () => {
  const services = measured(
    [1, 30, 35 * 24].flatMap((hoursAgo) => [
      value("codex", "attempt_ms", [1, hoursAgo]),
      value("codex", "counted_tokens", [hoursAgo, hoursAgo]),
    ]),
  );
  const { rows, total } = await moneyHandlers.cost(services, { task: "acme/app#int-1", by: "day", days: 7 }, caller);
  expect(rows.map(({ countedTokens }) => countedTokens)).toEqual([1, 30]);
  expect(total).toMatchObject({ attempts: 2, countedTokens: 31 });
});
