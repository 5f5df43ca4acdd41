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
