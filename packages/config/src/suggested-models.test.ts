import type { AgentSettings } from "@orch/core";
import { priceOf } from "@orch/core";
import { expect, test } from "vitest";

import { defaultPrices } from "./default-prices.ts";
import { suggestedModels, suggestionFor } from "./suggested-models.ts";

const claude: AgentSettings = { driver: "claude", command: ["claude"], args: [], env: {}, options: {} };
const codex: AgentSettings = { ...claude, driver: "codex", command: ["/opt/bin/codex"] };

test("claude and codex have a model for each tier, as the first seed's example had", () => {
  expect(suggestionFor(claude)).toEqual({ simple: "haiku", medium: "sonnet", complex: "opus", review: "sonnet" });
  expect(suggestionFor({ ...claude, env: { HTTPS_PROXY: "x" }, args: ["--verbose"] })).toBeDefined();
  expect(Object.keys(suggestionFor(codex) ?? {})).toEqual(["simple", "medium", "complex", "review"]);
});

test.each(Object.keys(suggestedModels.drivers))(
  "a budget in dollars is kept with each model suggested for %s",
  (name) => {
    const models = Object.values({ ...suggestedModels.drivers[name] });
    expect(models.filter((model) => priceOf(defaultPrices, model) === undefined)).toEqual([]);
  },
);

test.each<[string, AgentSettings]>([
  ["has a model", { ...claude, model: "opus" }],
  ["has models to fall back on", { ...claude, models: ["opus"] }],
  ["asks another service", { ...claude, env: { ANTHROPIC_BASE_URL: "https://models.example" } }],
  ["asks another service with one account", { ...claude, accounts: [{ name: "a", env: { OPENAI_BASE_URL: "x" } }] }],
  ["has a provider", { ...codex, options: { provider: { name: "mine" } } }],
  ["runs on a cloud", { ...claude, env: { CLAUDE_CODE_USE_BEDROCK: "1" } }],
  ["is told its model by a variable", { ...claude, env: { ANTHROPIC_MODEL: "x" } }],
  ["is told its model by an argument", { ...codex, args: ["-c", "model=x"] }],
  ["is a wrapper", { ...claude, command: ["kimi-claude"] }],
  ["is started by another program", { ...codex, command: ["node", "codex"] }],
  ["is opencode", { ...claude, driver: "opencode", command: ["opencode"] }],
  ["is kimi", { ...claude, driver: "kimi" }],
])("nothing is suggested for an agent that %s", (_, agent) => {
  expect(suggestionFor(agent)).toBeUndefined();
});
