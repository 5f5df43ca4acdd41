import {
  defaultPolicy,
  internalTaskId,
  parseAgentName,
  parseProjectId,
  unwrap,
  type AgentName,
  type Landing,
  type ProjectSettings,
  type RouteDecision,
  type RoutingContext,
  type RoutingSettings,
  type Task,
  type TaskBase,
} from "@orch/core";
import { describeRouter } from "@orch/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRouter } from "./create-router.ts";

const name = (text: string): AgentName => unwrap(parseAgentName(text));
const router = createRouter();

function taskWith(fields: Partial<Pick<TaskBase, "labels" | "pins" | "avoid" | "size">> = {}): Task {
  return {
    project: unwrap(parseProjectId("acme/app")),
    id: internalTaskId(1),
    title: "Add a login page",
    body: "",
    labels: [],
    source: { kind: "cli" },
    pins: {},
    priority: 0,
    dependsOn: [],
    checks: [],
    attempts: 0,
    lastAttempt: 0,
    failures: [],
    avoid: [],
    createdAt: 0,
    updatedAt: 0,
    version: 1,
    status: "new",
    ...fields,
  };
}

function projectWith(routing?: RoutingSettings): ProjectSettings {
  const agent = { driver: "command", command: ["true"], args: [], env: {}, options: {} };
  return {
    id: unwrap(parseProjectId("acme/app")),
    source: "/source",
    branchTemplate: "gh-task-{issue}-{slug}",
    checks: [],
    hooks: {},
    gate: { protectedPaths: [], maxFiles: 1, maxBytes: 1, maxFileBytes: 1 },
    agents: { codex: agent, claude: { ...agent, model: "own" }, kimi: agent },
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    timeoutByComplexity: {},
    policy: defaultPolicy,
    sandbox: "none",
    requiredTools: [],
    instructionFiles: [],
    git: {},
    ...(routing === undefined ? {} : { routing }),
  };
}

interface Given {
  readonly available?: readonly string[];
  readonly last?: string;
  readonly routing?: RoutingSettings;
}

function contextWith(given: Given = {}): RoutingContext {
  return {
    project: projectWith(given.routing),
    available: (given.available ?? ["codex", "claude"]).map(name),
    ...(given.last === undefined ? {} : { lastAgent: name(given.last) }),
  };
}

function summary(decision: RouteDecision): string {
  if (decision.kind === "nobody") return `nobody: ${decision.detail}`;
  const { agent, model, complexity } = decision.assignment;
  return [agent, model ?? "-", complexity].join(" ");
}

const hints = { simple: "s", medium: "m", complex: "c", review: "r" };
const suggested = { codex: hints, claude: hints };
const models = { simple: { codex: "small" }, complex: { codex: "large", claude: "largest" } };

describeRouter("pins and round robin", { make: createRouter });

describe("createRouter", () => {
  test.each<[string, Parameters<typeof taskWith>[0], Given, string]>([
    ["nobody chose before", {}, {}, "codex - medium"],
    ["the next after the last", {}, { last: "codex" }, "claude own medium"],
    ["around the circle", {}, { last: "claude" }, "codex - medium"],
    ["a last agent that is gone", {}, { last: "kimi" }, "codex - medium"],
    ["only agents that take part", {}, { routing: { agents: ["claude"], models: {} } }, "claude own medium"],
    ["the configured order", {}, { routing: { agents: ["claude", "codex"], models: {} } }, "claude own medium"],
    ["the fallback", {}, { routing: { agents: ["kimi"], fallback: "claude", models: {} } }, "claude own medium"],
    ["an agent to avoid", { avoid: [name("codex")] }, {}, "claude own medium"],
    ["all agents to avoid", { avoid: [name("codex"), name("claude")] }, { last: "codex" }, "claude own medium"],
    ["a pin of the task", { pins: { agent: name("claude"), model: "mine" } }, {}, "claude mine medium"],
    ["a pin wins over avoidance", { pins: { agent: name("codex") }, avoid: [name("codex")] }, {}, "codex - medium"],
    ["a pin wins over a label", { pins: { agent: name("claude") }, labels: ["agent:codex"] }, {}, "claude own medium"],
    ["a label", { labels: ["bug", "agent:claude"] }, {}, "claude own medium"],
    ["a label in another case", { labels: ["Agent: Claude"] }, {}, "claude own medium"],
    [
      "a pin outside the round robin",
      { labels: ["agent:codex"] },
      { routing: { agents: ["claude"], models: {} } },
      "codex - medium",
    ],
    [
      "complexity by label",
      { labels: ["complexity:complex"] },
      { routing: { agents: [], models } },
      "codex large complex",
    ],
    ["low", { labels: ["complexity:low"] }, { routing: { agents: [], models } }, "codex small simple"],
    ["med", { labels: ["complexity:med"] }, {}, "codex - medium"],
    ["high", { labels: ["complexity:HIGH"] }, { routing: { agents: [], models } }, "codex large complex"],
    ["size labels say nothing", { labels: ["size:xl"] }, {}, "codex - medium"],
    ["an unknown complexity says nothing", { labels: ["complexity:toString"] }, {}, "codex - medium"],
    ["complexity by pin", { pins: { complexity: "simple" }, labels: ["complexity:high"] }, {}, "codex - simple"],
    [
      "the map wins over the agent's own",
      { labels: ["agent:claude", "complexity:high"] },
      { routing: { agents: [], models } },
      "claude largest complex",
    ],
    [
      "a suggestion where nobody chose",
      { labels: ["complexity:high"] },
      { routing: { agents: [], models: {}, suggested } },
      "codex c complex",
    ],
    [
      "the map wins over a suggestion",
      { labels: ["complexity:low"] },
      { routing: { agents: [], models, suggested } },
      "codex small simple",
    ],
    [
      "the agent's own wins over a suggestion",
      { labels: ["agent:claude"] },
      { routing: { agents: [], models: {}, suggested } },
      "claude own medium",
    ],
    [
      "an unknown pin",
      { labels: ["agent:gpt"] },
      {},
      "nobody: label agent:gpt, but no such agent is configured. Available: codex, claude.",
    ],
    [
      "a pin that is not installed",
      { labels: ["agent:kimi"] },
      {},
      "nobody: label agent:kimi, but its program is not available here, or it is logged out (orch agents says which). Available: codex, claude.",
    ],
    [
      "a label that is no name",
      { labels: ["agent:$(rm -rf)\n"] },
      {},
      'nobody: label agent:$(rm -rf): "$(rm -rf)" is not the name of an agent. Available: codex, claude.',
    ],
    [
      "no agent at all",
      {},
      { available: [] },
      "nobody: No agent is available for routing. No agent is installed and logged in here: orch agents says why.",
    ],
    [
      "none that takes part",
      {},
      { routing: { agents: ["kimi"], models: {} } },
      "nobody: No agent is available for routing. Available: codex, claude.",
    ],
  ])("%s", async (...[, task, given, expected]) => {
    expect(summary(await router.route(taskWith(task), contextWith(given)))).toBe(expected);
  });

  test("the log explains every rule", async () => {
    const task = taskWith({ labels: ["complexity:huge", "complexity:low"], avoid: [name("kimi")] });
    const given = {
      available: ["codex", "claude", "kimi"],
      last: "claude",
      routing: { agents: ["codex", "claude", "kimi", "gone"], models },
    };
    const decision = await router.route(task, contextWith(given));
    expect(decision.log).toEqual([
      "complexity: ignored label complexity:huge",
      "complexity: label complexity:low means simple",
      "round robin: not available here: gone",
      "round robin: avoids kimi, which just failed this task",
      "round robin: after claude comes codex",
      "model: small, by model_map.simple.codex",
    ]);
    expect(decision).toMatchObject({ assignment: { why: "round robin: after claude comes codex" } });
  });

  test("a size says how demanding a task is, where nobody else does", async () => {
    const decision = await router.route(taskWith({ size: "xl" }), contextWith());
    expect(decision).toMatchObject({ assignment: { complexity: "complex" } });
    expect(decision.log).toContain("complexity: complex, by its size");
  });

  test("the log explains pins", async () => {
    const decision = await router.route(taskWith({ labels: ["agent:codex", "agent:claude"] }), contextWith());
    expect(decision.log).toEqual([
      "pin: ignored further agent labels (claude)",
      "pin: label agent:codex",
      "complexity: medium, because nothing says otherwise",
      "model: the default of codex",
    ]);
  });
});

describe("learning", () => {
  const landing = (agent: string, fate: "landed" | "lost"): Landing => ({
    project: unwrap(parseProjectId("acme/app")),
    complexity: "medium",
    agent: name(agent),
    ...(agent === "claude" ? { model: "own" } : {}),
    fate,
    reworks: 0,
    at: 0,
  });
  const landings = Array.from({ length: 8 }, () => [landing("codex", "lost"), landing("claude", "landed")]).flat();
  const settings = { halfLifeMs: 1000, share: 0.05, minTasks: 8, minLanded: 0.2, costWeight: 0 };
  const contextThat = (mode: "on" | "shadow", over: Partial<RoutingContext> = {}): RoutingContext => ({
    ...contextWith({ routing: { agents: [], models: {}, learning: { ...settings, mode } } }),
    landings,
    chance: 0.5,
    ...over,
  });

  test("takes the one that lands, with the model for the task, and says what it knew", async () => {
    const decision = await router.route(taskWith({ labels: ["bug"] }), contextThat("on"));
    expect(decision).toMatchObject({
      assignment: {
        agent: "claude",
        model: "own",
        why: "learning: claude for medium tasks of kind bug, by the best draw",
      },
      learned: {
        mode: "on",
        agent: "claude",
        by: "evidence",
        kind: "bug",
        candidates: [
          { agent: "codex", tasks: 8, landed: 0, lost: 8, mean: 0.1, floor: "held_back", share: 0.05 },
          { agent: "claude", model: "own", tasks: 8, landed: 8, lost: 0, mean: 0.9, floor: "none", share: 0.05 },
        ],
      },
    });
    expect(decision.log[0]).toBe("learning: claude for medium tasks of kind bug, by the best draw");
  });

  test("gives the other one its share", async () => {
    const decision = await router.route(taskWith(), contextThat("on", { chance: 0.04 }));
    expect(decision).toMatchObject({ assignment: { agent: "codex" }, learned: { by: "share" } });
  });

  test("only tells what it would have chosen, where it looks on", async () => {
    const decision = await router.route(taskWith(), contextThat("shadow"));
    expect(decision).toMatchObject({ assignment: { agent: "codex" }, learned: { mode: "shadow", agent: "claude" } });
    expect(decision.log.at(-1)).toBe("learning (shadow): would have chosen claude for medium tasks, by the best draw");
  });

  test("looks on at weights, too", async () => {
    const routing = { agents: [], models: {}, weighted: true, learning: { ...settings, mode: "shadow" as const } };
    const decision = await router.route(taskWith(), contextThat("shadow", { project: projectWith(routing) }));
    expect(decision).toMatchObject({ assignment: { why: expect.stringContaining("weights") as string }, learned: {} });
  });

  test.each([
    ["a pin", taskWith({ labels: ["agent:codex"] }), {}, "codex"],
    ["whom the task avoids", taskWith({ avoid: [name("claude")] }), {}, "codex"],
    ["who is not there", taskWith(), { available: [name("codex")] }, "codex"],
    ["nobody who is there", taskWith(), { available: [] }, undefined],
  ])("has no say against %s", async (...[, task, over, expected]) => {
    const decision = await router.route(task, contextThat("on", over));
    expect(decision.kind === "assigned" ? decision.assignment.agent : undefined).toBe(expected);
    expect(decision).not.toHaveProperty("learned");
  });

  test("a model of another tier is not taken for what it costs", async () => {
    const routing = { agents: [], models, learning: { ...settings, mode: "on" as const } };
    const decision = await router.route(
      taskWith({ labels: ["complexity:complex"] }),
      contextThat("on", { project: projectWith(routing) }),
    );
    expect(decision).toMatchObject({ learned: { candidates: [{ model: "large" }, { model: "largest" }] } });
  });
});

const agents = fc.uniqueArray(fc.constantFrom("codex", "claude", "kimi", "one", "two"), { minLength: 0, maxLength: 5 });

describe("properties", () => {
  test("the round robin is fair: in k rounds each of n agents gets k/n tasks", async () => {
    await fc.assert(
      fc.asyncProperty(
        agents.filter((some) => some.length > 0),
        fc.integer({ min: 1, max: 5 }),
        async (available, rounds) => {
          const counts = new Map<string, number>();
          let last: string | undefined;
          for (let turn = 0; turn < rounds * available.length; turn += 1) {
            const decision = await router.route(
              taskWith(),
              contextWith({ available, ...(last === undefined ? {} : { last }) }),
            );
            if (decision.kind === "assigned") last = decision.assignment.agent;
            counts.set(String(last), (counts.get(String(last)) ?? 0) + 1);
          }
          expect([...counts.values()]).toEqual(available.map(() => rounds));
        },
      ),
    );
  });
});
