import {
  parseAgentName,
  unwrap,
  verdictOf,
  type AgentName,
  type AgentSettings,
  type Assignment,
  type ProjectSettings,
  type TaskPolicy,
  type Verdict,
} from "@orch/core";
import { createRouter } from "@orch/router";
import { expect, test } from "vitest";

import { createEngine, readCooldowns, routeLogCursor, type EngineDeps } from "../src/index.ts";
import { openScene, outcomeOf, project, ref, settle, spec, type Scene } from "./scene.ts";

const minute = 60_000;
const [codex, claude, opencode] = ["codex", "claude", "opencode"].map((name) => unwrap(parseAgentName(name))) as [
  AgentName,
  AgentName,
  AgentName,
];
const bare: AgentSettings = { driver: "command", command: ["x"], args: [], env: {}, options: {} };

interface House {
  readonly scene: Scene;
  readonly deps: EngineDeps;
  /** Who ran, in order, as `agent/account:model`. */
  readonly ran: string[];
  /** What the next runs of an agent come to; a pass without a word. */
  readonly ends: Record<string, Verdict[]>;
}

/** The real router and the real store over agents that end as told. */
async function openHouse(
  agents: Readonly<Record<string, Partial<AgentSettings>>>,
  more: { readonly policy?: Partial<TaskPolicy>; readonly routing?: Partial<ProjectSettings["routing"]> } = {},
): Promise<House> {
  const scene = await openScene();
  const ran: string[] = [];
  const ends: Record<string, Verdict[]> = {};
  scene.policy = { ...scene.policy, ...more.policy };
  scene.run = async (run) => {
    const who = nameOf(run.task.assignment);
    ran.push(who);
    return outcomeOf(run, ends[who]?.shift() ?? ends[run.task.assignment.agent]?.shift() ?? { kind: "pass" });
  };
  const full = Object.fromEntries(Object.entries(agents).map(([name, one]) => [name, { ...bare, ...one }]));
  const withAgents = (settings: ProjectSettings | undefined): ProjectSettings | undefined =>
    settings && { ...settings, agents: full, routing: { agents: [], models: {}, ...more.routing } };
  const { projects } = scene.deps;
  const deps: EngineDeps = {
    ...scene.deps,
    router: createRouter(),
    projects: { get: (id) => withAgents(projects.get(id)), list: () => projects.list() },
    availableAgents: async () => Object.keys(full).map((name) => unwrap(parseAgentName(name))),
  };
  return { scene, deps, ran, ends };
}

function nameOf({ agent, account, model }: Assignment): string {
  return `${agent}${account === undefined ? "" : `/${account}`}${model === undefined ? "" : `:${model}`}`;
}

async function add(house: House, pins: object = {}): Promise<AsyncDisposable> {
  const engine = createEngine(house.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec: { ...spec, pins }, actor: "me" }));
  await settle();
  return engine;
}

test.each(["rate_limited", "auth", "quota"] as const)(
  "%s: the next agent goes on at once, and this one rests",
  async (reason) => {
    const house = await openHouse({ codex: {}, claude: {} });
    house.ends["codex"] = [verdictOf(reason, "no")];
    await using _engine = await add(house);
    expect(house.ran).toEqual(["codex", "claude"]);
    expect(await house.scene.task(1)).toMatchObject({ status: "in_review" });
    const until = house.scene.clock.now() + 30 * minute;
    expect(await readCooldowns(house.deps.store, ["codex", "claude"])).toMatchObject([{ agent: codex, reason, until }]);
  },
);

test("where a suggested model can't be had, the agent goes on with its own default", async () => {
  const hints = { simple: "s", medium: "m", complex: "c", review: "r" };
  const house = await openHouse({ codex: {}, claude: {} }, { routing: { suggested: { codex: hints } } });
  house.ends["codex:m"] = [verdictOf("model_unavailable", "no such model")];
  await using _engine = await add(house);
  expect(house.ran).toEqual(["codex:m", "codex"]);
  expect(await house.scene.task(1)).toMatchObject({ status: "in_review" });
});

test("the next task does not go to an agent that rests, until its rest is over", async () => {
  const house = await openHouse({ codex: {}, claude: {} });
  house.ends["codex"] = [verdictOf("rate_limited", "429")];
  const engine = createEngine(house.deps);
  await using _held = engine;
  await engine.start();
  for (let number = 0; number < 3; number += 1) {
    unwrap(await engine.create({ project, spec, actor: "me" }));
    await settle();
  }
  expect(house.ran).toEqual(["codex", "claude", "claude", "claude"]);
  await house.scene.clock.advance(30 * minute);
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect(house.ran.at(-1)).toBe("codex");
});

test("when nobody is left a person is told who rests, why, and until when; a retry tries all of them again", async () => {
  const house = await openHouse({ codex: {}, claude: {} });
  house.ends["codex"] = [verdictOf("rate_limited", "429")];
  house.ends["claude"] = [verdictOf("auth", "log in")];
  await using engine = createEngine(house.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  const task = await house.scene.task(1);
  const until = new Date(house.scene.clock.now() + 30 * minute).toISOString();
  expect(task).toMatchObject({ status: "needs_review", reason: "agents_exhausted", avoid: [codex, claude] });
  expect(task).toMatchObject({
    detail: `All agents exhausted: codex rests until ${until} (rate_limited); claude rests until ${until} (auth).`,
  });
  unwrap(await engine.act({ task: ref(1), event: { type: "task:retried", by: "me" }, actor: "me" }));
  await settle();
  expect((await house.scene.task(1)).status).toBe("in_review");
});

test("an only agent that is not logged in is told as such", async () => {
  const house = await openHouse({ codex: {} });
  house.ends["codex"] = [verdictOf("auth", "log in")];
  await using _engine = await add(house);
  expect(await house.scene.task(1)).toMatchObject({ status: "needs_review", reason: "auth" });
});

test("with on_exhausted: wait the task waits for the first agent to come back", async () => {
  const house = await openHouse({ codex: {} }, { policy: { onExhausted: "wait" } });
  house.ends["codex"] = [verdictOf("rate_limited", "429")];
  await using _engine = await add(house);
  const until = house.scene.clock.now() + 30 * minute;
  expect(await house.scene.task(1)).toMatchObject({
    status: "routed",
    notBefore: until,
    waiting: { agent: codex, reason: "rate_limited", until },
  });
  await house.scene.clock.advance(30 * minute);
  await settle();
  expect((await house.scene.task(1)).status).toBe("in_review");
});

test("a usage limit is waited for until its reset, over a restart, and burns no attempt", async () => {
  const house = await openHouse({ codex: {} });
  const reset = house.scene.clock.now() + 5 * 60 * minute;
  house.ends["codex"] = [verdictOf("usage_limited", "limit", reset)];
  {
    await using _engine = await add(house);
    const waiting = { agent: codex, reason: "usage_limited", until: reset };
    expect(await house.scene.task(1)).toMatchObject({ status: "routed", attempts: 0, notBefore: reset, waiting });
  }
  await using engine = createEngine(house.deps);
  await engine.start();
  await settle();
  await house.scene.clock.advance(reset - house.scene.clock.now() - 1);
  await settle();
  expect(house.ran).toEqual(["codex"]);
  await house.scene.clock.advance(1);
  await settle();
  expect(house.ran).toEqual(["codex", "codex"]);
  expect(await house.scene.task(1)).toMatchObject({ status: "in_review", attempts: 1, lastAttempt: 2 });
});

test.each([
  ["failover", ["codex", "claude"], "in_review"],
  ["wait", ["codex"], "routed"],
] as const)("on_usage_limit: %s", async (onUsageLimit, ran, status) => {
  const house = await openHouse({ codex: {}, claude: {} }, { policy: { onUsageLimit } });
  house.ends["codex"] = [verdictOf("usage_limited", "limit", house.scene.clock.now() + 60 * minute)];
  await using _engine = await add(house);
  expect(house.ran).toEqual(ran);
  expect((await house.scene.task(1)).status).toBe(status);
});

test.each(["wait", "failover"] as const)("another account of the same agent comes first (%s)", async (onUsageLimit) => {
  const accounts = ["home", "work", "spare"].map((name) => ({ name, env: {} }));
  const house = await openHouse({ codex: { accounts }, claude: {} }, { policy: { onUsageLimit } });
  const later = (minutes: number): number => house.scene.clock.now() + minutes * minute;
  house.ends["codex/home"] = [verdictOf("usage_limited", "limit", later(10))];
  house.ends["codex/work"] = [verdictOf("usage_limited", "limit", later(20)), { kind: "pass" }];
  house.ends["codex/spare"] = [verdictOf("usage_limited", "limit", later(30))];
  await using _engine = await add(house);
  if (onUsageLimit === "failover") {
    expect(house.ran).toEqual(["codex/home", "codex/work", "codex/spare", "claude"]);
    return;
  }
  expect(house.ran).toEqual(["codex/home", "codex/work", "codex/spare"]);
  expect(await house.scene.task(1)).toMatchObject({ status: "routed", waiting: { account: "home" } });
  await house.scene.clock.advance(10 * minute);
  await settle();
  expect(house.ran.at(-1)).toBe("codex/home");
  expect(await house.scene.task(1)).toMatchObject({ status: "in_review", attempts: 1 });
});

test("the account that was limited least recently is chosen", async () => {
  const accounts = ["home", "work"].map((name) => ({ name, env: {} }));
  const house = await openHouse({ codex: { accounts } });
  house.ends["codex/home"] = [verdictOf("rate_limited", "429", house.scene.clock.now() + minute)];
  const engine = createEngine(house.deps);
  await using _held = engine;
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  await house.scene.clock.advance(2 * minute);
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect(house.ran).toEqual(["codex/home", "codex/work", "codex/work"]);
});

test("an account that is logged out gets no attempt, and the rest of its pool goes on", async () => {
  const accounts = ["a", "b", "c"].map((name) => ({ name, env: {} }));
  const house = await openHouse({ codex: { accounts } });
  const loggedOut: EngineDeps["loggedOut"] = async () => [{ agent: "codex", account: "a" }];
  house.ends["codex"] = [verdictOf("usage_limited", "limit"), verdictOf("usage_limited", "limit")];
  await using _engine = await add({ ...house, deps: { ...house.deps, loggedOut } });
  expect(house.ran).toEqual(["codex/b", "codex/c"]);
  expect(await house.scene.store.cursor(routeLogCursor(ref(1)))).toContain("codex, account a is logged out");
  expect(await house.scene.task(1)).toMatchObject({ status: "routed", assignment: { account: "b" } });
});

test("a model that is not to be had: the agent's next one, then a free one, then another agent", async () => {
  const agents = { codex: { model: "big", models: ["small"] }, claude: {}, opencode: {} };
  const house = await openHouse(agents, {
    routing: { agents: ["codex", "claude"], freeModels: { opencode: "free-1" } },
  });
  house.ends["codex:big"] = [verdictOf("model_unavailable", "404")];
  house.ends["codex:small"] = [verdictOf("model_unavailable", "404")];
  house.ends["opencode:free-1"] = [verdictOf("model_unavailable", "404")];
  await using _engine = await add(house);
  expect(house.ran).toEqual(["codex:big", "codex:small", "opencode:free-1", "claude"]);
  const rests = await readCooldowns(house.deps.store, ["codex", "opencode"]);
  const until = house.scene.clock.now() + 60 * minute;
  expect(rests).toMatchObject([
    { agent: codex, model: "big", until },
    { agent: codex, model: "small", until },
    { agent: opencode, model: "free-1", until },
  ]);
});

test("the free models that an agent offers are tried one after the other, where none is configured", async () => {
  const house = await openHouse({ codex: { model: "big" }, opencode: {} }, { routing: { agents: ["codex"] } });
  const asked: string[] = [];
  const deps: EngineDeps = {
    ...house.deps,
    async freeModels(_project, agent) {
      asked.push(agent);
      return agent === "opencode" ? ["opencode/a-free", "opencode/b-free"] : [];
    },
  };
  house.ends["codex:big"] = [verdictOf("model_unavailable", "404")];
  house.ends["opencode:opencode/a-free"] = [verdictOf("model_unavailable", "404")];
  await using _engine = await add({ ...house, deps });
  expect(house.ran).toEqual(["codex:big", "opencode:opencode/a-free", "opencode:opencode/b-free"]);
  // Nobody is asked while there is no need.
  expect(asked).toEqual(["codex", "opencode", "codex", "opencode"]);
});

test("after a limit of the account a free model goes on, where a person configured one", async () => {
  const limit = (house: House): Verdict => verdictOf("usage_limited", "limit", house.scene.clock.now() + 60 * minute);
  const house = await openHouse(
    { codex: { model: "big" }, opencode: {} },
    { routing: { agents: ["codex"], freeModels: { opencode: "free-1" } } },
  );
  house.ends["codex:big"] = [limit(house)];
  await using _engine = await add(house);
  expect(house.ran).toEqual(["codex:big", "opencode:free-1"]);

  // Its own account's limit does not hold for a model that costs nothing.
  const own = await openHouse({ opencode: {} }, { routing: { freeModels: { opencode: "free-1" } } });
  own.ends["opencode"] = [limit(own)];
  await using _own = await add(own);
  expect(own.ran).toEqual(["opencode", "opencode:free-1"]);

  const offered = await openHouse({ codex: { model: "big" }, opencode: {} }, { routing: { agents: ["codex"] } });
  offered.ends["codex:big"] = [limit(offered)];
  const deps = { ...offered.deps, freeModels: async () => ["opencode/a-free"] };
  await using _offered = await add({ ...offered, deps });
  expect(offered.ran).toEqual(["codex:big"]);
  expect((await offered.scene.task(1)).status).toBe("routed");
});

test("a program that is missing for one agent is not missed by another, and no agent rests for it", async () => {
  const missing = verdictOf("missing_tool", 'the program "codex" was not found');
  const house = await openHouse({ codex: {}, claude: {} });
  house.ends["codex"] = [missing];
  await using _engine = await add(house);
  expect(house.ran).toEqual(["codex", "claude"]);
  expect(await readCooldowns(house.deps.store, ["codex"])).toEqual([]);

  const alone = await openHouse({ codex: {} });
  alone.ends["codex"] = [missing];
  await using _alone = await add(alone);
  expect(alone.ran).toEqual(["codex"]);
  expect(await alone.scene.task(1)).toMatchObject({ status: "needs_review", reason: "missing_tool" });

  const pinned = await openHouse({ codex: {}, claude: {} });
  pinned.ends["codex"] = [missing];
  await using _pinned = await add(pinned, { agent: codex });
  expect(pinned.ran).toEqual(["codex"]);
  expect(await pinned.scene.task(1)).toMatchObject({ status: "needs_review", reason: "missing_tool" });
});

test("a pinned agent has no stand-in, and neither has a pinned model", async () => {
  const house = await openHouse({ codex: { models: ["small"] }, claude: {} });
  house.ends["codex"] = [verdictOf("quota", "no credit")];
  await using _engine = await add(house, { agent: codex });
  expect(house.ran).toEqual(["codex"]);
  expect(await house.scene.task(1)).toMatchObject({ status: "needs_review", reason: "quota" });

  const other = await openHouse({ codex: { models: ["small"] } });
  other.ends["codex:big"] = [verdictOf("model_unavailable", "404")];
  await using _other = await add(other, { model: "big" });
  expect(other.ran).toEqual(["codex:big"]);
  expect(await other.scene.task(1)).toMatchObject({ status: "needs_review", reason: "model_unavailable" });
});

test("what a classifier used is counted, and one whose account is limited rests like any agent", async () => {
  const accounts = ["home", "work"].map((name) => ({ name, env: {} }));
  const classifier = { agent: "codex", model: "small", timeoutMs: 1000, maxAttempts: 9 };
  const house = await openHouse({ codex: { accounts }, claude: {} }, { routing: { classifier } });
  const asked: (string | undefined)[] = [];
  const usage = { inputTokens: 40, cachedInputTokens: 0, outputTokens: 2, costUsd: 0.5 };
  const router = createRouter({
    async classifier({ settings }) {
      asked.push(settings.account);
      const retryAt = house.scene.clock.now() + 60 * minute;
      return {
        kind: "failed",
        why: "limit reached",
        failure: { class: "usage_limit", message: "limit", retryAt },
        usage,
      };
    },
  });
  const deps = { ...house.deps, router };
  await using engine = createEngine(deps);
  await engine.start();
  for (let round = 0; round < 3; round += 1) {
    unwrap(await engine.create({ project, spec, actor: "me" }));
    await settle();
  }
  // The third time both accounts rest, so nobody is asked.
  expect(asked).toEqual(["home", "work"]);
  expect(house.ran).not.toContain("codex");
  const [tokens, ...more] = await deps.store
    .metrics({ name: "counted_tokens", since: 0 })
    .then((sums) => sums.filter(({ dims }) => dims["purpose"] === "question"));
  expect(tokens).toMatchObject({ dims: { agent: "codex", model: "small", project }, sum: 42 });
  expect(more).toHaveLength(1);
  const costs = (await deps.store.metrics({ name: "cost_usd", since: 0 })).filter(
    ({ dims }) => dims["purpose"] === "question",
  );
  expect(costs.reduce((total, { sum }) => total + sum, 0)).toBe(1);
});
