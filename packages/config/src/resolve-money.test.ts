import { expect, test } from "vitest";

import { readConfigText } from "./read-config-text.ts";
import { resolveConfig, type Resolved } from "./resolve-config.ts";

function resolved(texts: { readonly global?: string; readonly project?: string }): Resolved {
  const files = (["global", "project"] as const).map((kind) =>
    readConfigText({ path: `/home/me/${kind}.yml`, kind, text: texts[kind] ?? "{}", env: {} }),
  );
  expect(files.flatMap(({ problems }) => problems)).toEqual([]);
  return resolveConfig({ home: "/home/me/.orch", env: {}, files });
}

test("a project's file lowers budgets and never raises them", () => {
  const { config, notices } = resolved({
    global: "budgets: {task: {tokens: 500000, usd: 2}, daily: {usd: 20}}",
    project: "budgets: {task: {tokens: 900000, usd: 1}, project: {usd: 50}, daily: {usd: 0}}",
  });
  expect(config.budgets).toEqual({ task: { tokens: 500_000, usd: 1 }, project: { usd: 50 }, daily: { usd: 20 } });
  expect(notices.map(({ key }) => key)).toEqual(["budgets.task.tokens", "budgets.daily.usd"]);
});

test("0 is no limit, for the person's own file; the seeds' key is understood", () => {
  expect(resolved({ global: "budgets: {task: {tokens: 0}}" }).config.budgets.task).toEqual({});
  expect(resolved({ global: "max_tokens_per_task: 100000" }).config.budgets.task).toEqual({ tokens: 100_000 });
});

test("written prices go over the known ones", () => {
  const text =
    "pricing: {as_of: '2026-11-01', models: {mine: {input: 1, cached_input: 0.1, output: 2}, o3: {input: 9, output: 9}}}";
  const { prices } = resolved({ global: text }).config;
  expect(prices.asOf).toBe("2026-11-01");
  expect(prices.models).toMatchObject({ mine: { input: 1, cachedInput: 0.1, output: 2 }, o3: { input: 9, output: 9 } });
  expect(prices.models["gpt-5"]).toBeDefined();
});

test("what very long requests cost is written and known", () => {
  const long = "{over: 200000, input: 2, output: 4}";
  const { prices } = resolved({ global: `pricing: {models: {mine: {input: 1, output: 2, long: ${long}}}}` }).config;
  expect(prices.models["mine"]).toEqual({ input: 1, output: 2, long: { over: 200_000, input: 2, output: 4 } });
  expect(prices.models["gpt-6-sol"]?.long).toEqual({ over: 272_000, input: 4, cachedInput: 0.4, output: 15 });
  expect(prices.models["claude-haiku-5-5"]?.long).toEqual({
    over: 100_000,
    input: 0.5,
    cachedInput: 0.05,
    output: 2.5,
  });
});

test("prices and their fallback are the person's own: a project's file would undercut budgets", () => {
  const { config, notices } = resolved({
    global: "pricing: {fallback: {input: 5, cached_input: 1, output: 20}}",
    project: "pricing: {models: {o3: {input: 0, output: 0}}, fallback: {input: 0, output: 0}}",
  });
  expect(config.prices.fallback).toEqual({ input: 5, cachedInput: 1, output: 20 });
  expect(config.prices.models["o3"]).toMatchObject({ input: 2 });
  expect(notices.map(({ key }) => key)).toEqual(["pricing"]);
});

test("accounts and further models of an agent", () => {
  const { config } = resolved({
    global:
      "agents: {codex: {models: [a, b], accounts: [{name: home, home: ./one}, {name: work, env: {CODEX_HOME: /two}}]}}\nmodel_map: {free: {codex: tiny}}",
  });
  expect(config.agents["codex"]).toMatchObject({
    models: ["a", "b"],
    accounts: [
      { name: "home", home: "/home/me/one", env: {} },
      { name: "work", home: "/two", env: { CODEX_HOME: "/two" } },
    ],
  });
  expect(config.routing.freeModels).toEqual({ codex: "tiny" });
  const twice = resolveConfig({
    home: "/h",
    env: {},
    files: [
      readConfigText({
        path: "/g",
        kind: "global",
        text: "agents: {codex: {accounts: [{name: a}, {name: a}]}}",
        env: {},
      }),
    ],
  });
  expect(twice.problems.map(({ key }) => key)).toEqual(["agents.codex.accounts[1].name"]);
});
