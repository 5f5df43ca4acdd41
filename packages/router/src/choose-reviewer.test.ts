import { parseAgentName, unwrap, type AgentSettings, type Cooldown, type RoutingSettings } from "@orch/core";
import { projectOf, sampleAgent, sampleForge } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { chooseReviewer, type ReviewerChoice } from "./choose-reviewer.ts";
import { modelFamily } from "./model-family.ts";

const NOW = 1_000_000;

function agentOf(driver: string, over: Partial<AgentSettings> = {}): AgentSettings {
  return { ...sampleAgent, driver, command: [driver], ...over };
}

const agents = {
  codex: agentOf("codex"),
  second: agentOf("codex", { model: "gpt-5" }),
  claude: agentOf("claude"),
  kimi: agentOf("kimi", { model: "sonnet" }),
};

function choose(input: {
  readonly available: readonly string[];
  readonly author?: string;
  readonly review?: { readonly agent: string };
  readonly models?: Readonly<Record<string, string>>;
  readonly resting?: readonly string[];
  /** What of `resting` rests; absent: all of it. */
  readonly restingModel?: string;
  readonly suggested?: NonNullable<RoutingSettings["suggested"]>;
}): ReviewerChoice {
  const { available, author = "codex", review = {}, models = {}, resting = [], suggested = {}, restingModel } = input;
  const name = (text: string): ReturnType<typeof agentName> => agentName(text);
  const rest = (agent: string): Cooldown => ({
    agent: name(agent),
    ...(restingModel === undefined ? {} : { model: restingModel }),
    reason: "usage_limited",
    since: NOW - 1,
    until: NOW + 60_000,
    timed: true,
  });
  return chooseReviewer({
    project: projectOf("/source", {
      agents,
      routing: { agents: [], models: {}, reviewModels: models, suggested },
      forge: { ...sampleForge, review: { ...sampleForge.review, ...review } },
    }),
    author: { agent: name(author) },
    available: available.map((one) => name(one)),
    cooldowns: resting.map((one) => rest(one)),
    now: NOW,
  });
}

function agentName(
  text: string,
): ReturnType<typeof parseAgentName> extends infer Parsed
  ? Parsed extends { readonly ok: true; readonly value: infer Name }
    ? Name
    : never
  : never {
  return unwrap(parseAgentName(text));
}

const hints = { simple: "s", medium: "m", complex: "c", review: "sonnet" };

describe("chooseReviewer", () => {
  test("the suggested model reviews, and where it rests the agent's own default", () => {
    const given = { available: ["claude"], suggested: { claude: hints } };
    expect(choose(given)).toMatchObject({ agent: "claude", model: "sonnet" });
    const rests = choose({ ...given, resting: ["claude"], restingModel: "sonnet" });
    expect(rests).toMatchObject({ kind: "chosen", agent: "claude" });
    expect(rests).not.toHaveProperty("model");
    expect(choose({ ...given, models: { claude: "opus" } })).toMatchObject({ model: "opus" });
  });

  test.each([
    ["another family before another agent", { available: ["codex", "second", "claude"] }, "claude"],
    ["the first of other families", { available: ["codex", "kimi", "claude"] }, "kimi"],
    [
      "the preferred one of other families",
      { available: ["codex", "kimi", "claude"], review: { agent: "claude" } },
      "claude",
    ],
    [
      "another family before the preferred one",
      { available: ["second", "claude"], review: { agent: "second" } },
      "claude",
    ],
    [
      "the preferred one where there is no other family",
      { available: ["codex", "second"], review: { agent: "second" } },
      "second",
    ],
    ["another agent of the family", { available: ["codex", "second"] }, "second"],
    [
      "the author at last, also where it is preferred",
      { available: ["codex", "second"], review: { agent: "codex" } },
      "second",
    ],
    ["the author alone", { available: ["codex"] }, "codex"],
    ["whoever does not rest", { available: ["codex", "claude", "second"], resting: ["claude"] }, "second"],
  ])("%s", (_what, input, expected) => {
    expect(choose(input)).toMatchObject({ kind: "chosen", agent: expected });
  });

  test("explains itself, with the model of the tier review", () => {
    const [review, models] = [{ agent: "gone" }, { claude: "opus" }];
    expect(choose({ available: ["codex", "kimi", "claude"], review, models, resting: ["kimi"] })).toEqual({
      kind: "chosen",
      agent: "claude",
      model: "opus",
      why: "of another model family (anthropic) than the author's (openai)",
      log: [
        "author: codex, of the family openai",
        "workflow.review_agent: gone is not available here",
        "kimi rests until 1970-01-01T00:17:40.000Z (usage_limited)",
        "reviewer: claude, of another model family (anthropic) than the author's (openai)",
        "model: opus",
      ],
    });
  });

  test("nobody, where all rest or nobody is there", () => {
    expect(choose({ available: [] })).toMatchObject({
      kind: "nobody",
      detail: "No agent is available here to review.",
    });
    expect(choose({ available: ["codex"], resting: ["codex"] })).toMatchObject({
      kind: "nobody",
      detail: "Every agent that could review rests.",
    });
  });

  test("takes an account that does not rest", () => {
    const accounts = [
      { name: "one", env: {} },
      { name: "two", env: {} },
    ];
    const cooldown = {
      agent: agentName("claude"),
      account: "one",
      reason: "quota",
      since: 0,
      until: NOW + 1,
      timed: false,
    };
    const choice = chooseReviewer({
      project: projectOf("/source", { agents: { claude: agentOf("claude", { accounts }) } }),
      author: { agent: agentName("codex") },
      available: [agentName("claude")],
      cooldowns: [cooldown as Cooldown],
      now: NOW,
    });
    expect(choice).toMatchObject({ kind: "chosen", agent: "claude", account: "two" });
  });
});

describe("modelFamily", () => {
  test.each<[string, AgentSettings, string | undefined, string]>([
    ["claude's own", agentOf("claude"), undefined, "anthropic"],
    ["codex's own", agentOf("codex"), undefined, "openai"],
    ["a front end, whatever the model is called", agentOf("kimi"), "claude-opus-5", "moonshot"],
    [
      "claude pointed elsewhere",
      agentOf("claude", { env: { ANTHROPIC_BASE_URL: "https://api.minimax.io/x" } }),
      "opus",
      "minimax",
    ],
    ["opencode by its model", agentOf("opencode"), "anthropic/claude-sonnet-5", "anthropic"],
    ["a router by the model's maker", agentOf("opencode"), "openrouter/openai/gpt-5", "openai"],
    ["a reasoning model", agentOf("opencode"), "opencode/o4-mini", "openai"],
    [
      "codex with a provider",
      agentOf("codex", { options: { provider: { base_url: "https://api.x.ai/v1" } } }),
      undefined,
      "xai",
    ],
    [
      "a service that nobody knows",
      agentOf("command", { endpoints: ["https://models.example/v1"] }),
      undefined,
      "models.example",
    ],
    ["a program", agentOf("acp", { command: ["/usr/bin/gemini", "--acp"] }), undefined, "google"],
    ["a program of which nothing is known", agentOf("command", { command: ["node", "sage.mjs"] }), undefined, "me"],
  ])("%s", (...[_what, settings, model, family]) => {
    expect(modelFamily("me", { settings, ...(model === undefined ? {} : { model }) })).toBe(family);
  });
});
