import {
  defaultLabelNames,
  noUsage,
  orchError,
  parseProjectId,
  unwrap,
  verdictOf,
  type Forge,
  type OrchError,
  type ProjectId,
  type TaskId,
} from "@orch/core";
import { createMemoryForge, sampleForge, type MemoryForge } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openForgeScene } from "./forge-scene.ts";
import { openScene, outcomeOf, project, settle } from "./scene.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const SYNC_MS = 30 * SECOND_MS;
const LABEL = defaultLabelNames.orchestrate;

/** Decides what a call fails with; undefined: it goes well. */
type Fails = (method: keyof Forge, argument: unknown) => OrchError | undefined;

/** Engines on a forge in memory whose calls fail as `fails` says; agents ask a person. */
async function openSite(given: { readonly others?: ReadonlyMap<ProjectId, Forge> } = {}) {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const site = { fails: (() => undefined) as Fails };
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const policy = { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
  const configured = { ...own, policy, forge: sampleForge };
  const all = [configured, ...[...(given.others ?? [])].map(([id]) => ({ ...configured, id }))];
  scene.run = async (run) => {
    const outcome = outcomeOf(run, verdictOf("agent_asked", "What now?"));
    return outcome.kind === "finished" ? { ...outcome, attempt: { ...outcome.attempt, usage: noUsage } } : outcome;
  };
  const faulty = failing(forge, (method, argument) => site.fails(method, argument));
  const deps = {
    ...scene.deps,
    settings: { ...scene.deps.settings, syncMs: SYNC_MS },
    projects: { get: (id: ProjectId) => all.find((one) => one.id === id), list: () => all },
    forges: { of: (id: ProjectId) => (id === project ? faulty : given.others?.get(id)), key: new Uint8Array(32) },
  };
  const begin = async () => {
    const engine = createEngine(deps);
    onTestFinished(() => engine[Symbol.asyncDispose]());
    await engine.start();
    await calm();
    return engine;
  };
  const open = (title: string): Promise<TaskId> => forge.people.openIssue({ title, labels: [LABEL] });
  const pass = async (ms: number, stepMs = SYNC_MS): Promise<void> => {
    for (const end = scene.clock.now() + ms; scene.clock.now() < end;) {
      await scene.clock.advance(Math.min(stepMs, end - scene.clock.now()));
      await calm();
    }
  };
  const statusOf = async (id: TaskId) => (await scene.store.task({ project, id }))?.status;
  return { scene, forge, site, begin, open, pass, statusOf };
}

function failing(forge: MemoryForge, fails: Fails): Forge {
  return new Proxy<Forge>(forge, {
    get(target, name: keyof Forge) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const error = fails(name, args[0]);
        if (error !== undefined) throw error;
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

async function calm(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await settle();
}

function limited(retryAt: number): OrchError {
  return orchError("forge_limited", "kept for more urgent requests", { details: { retryAt } });
}

test.each(["branches", "ensureLabels", "changes"] as const)(
  "while %s is refused for an hour, a new issue that a webhook tells of is worked on at once and shown",
  async (refused) => {
    const { scene, forge, site, begin, open, pass, statusOf } = await openSite();
    const engine = await begin();
    const first = await open("First");
    await pass(MINUTE_MS);
    expect(await statusOf(first)).toBe("needs_review");
    const until = scene.clock.now() + HOUR_MS;
    site.fails = (method) => (method === refused && scene.clock.now() < until ? limited(until) : undefined);
    await pass(MINUTE_MS);
    const id = await open("Urgent");
    await engine.look({ project, about: "issue", number: Number(id) });
    await pass(MINUTE_MS);
    expect(await statusOf(id)).toBe("needs_review");
    expect((await forge.comments(Number(id))).some(({ body }) => body.startsWith("<!-- orch:status"))).toBe(true);
    await pass(HOUR_MS);
    expect((await forge.issue(id))?.labels).toContain(defaultLabelNames.status_needs_review);
  },
);

test("what a webhook told of while the forge took nothing is looked at as soon as it does, and whoever asked is told", async () => {
  const { scene, site, begin, open, pass, statusOf } = await openSite();
  const engine = await begin();
  const until = scene.clock.now() + 10 * MINUTE_MS;
  site.fails = () => (scene.clock.now() < until ? limited(until) : undefined);
  const id = await open("Fix it");
  const hint = { project, about: "issue", number: Number(id) } as const;
  await expect(engine.look(hint)).rejects.toMatchObject({ code: "forge_limited", details: { retryAt: until } });
  await expect(engine.look(hint)).rejects.toMatchObject({ details: { retryAt: until } });
  await pass(10 * MINUTE_MS);
  expect(await statusOf(id)).toBe("needs_review");
  await engine.look(hint);
});

test("a comment that can't be answered holds nothing up, and is answered when it can be", async () => {
  const { scene, forge, site, begin, open, pass, statusOf } = await openSite();
  const engine = await begin();
  const id = await open("Fix it");
  await pass(MINUTE_MS);
  site.fails = (method) => (method === "react" ? orchError("forge_denied", "the comment is locked") : undefined);
  await forge.people.comment({ thread: Number(id), body: "/priority high" });
  const other = await open("Another");
  await pass(MINUTE_MS);
  expect(await statusOf(other)).toBe("needs_review");
  expect(scene.complaints.filter((words) => words.includes("is taken in later"))).toHaveLength(1);
  expect([...forge.state.reactions]).toEqual([]);
  await engine[Symbol.asyncDispose]();
  site.fails = () => undefined;
  await begin();
  await pass(15 * MINUTE_MS);
  expect([...forge.state.reactions]).toHaveLength(1);
});

test("an issue that always fails is left out in the end, and all others are worked on meanwhile", async () => {
  const { scene, site, begin, open, pass, statusOf } = await openSite();
  const poison = await open("Poison");
  let asked = 0;
  site.fails = (method, argument) => {
    if (method !== "issue" || argument !== poison) return undefined;
    asked += 1;
    return orchError("internal", "a text that nobody thought of");
  };
  await begin();
  const other = await open("Another");
  await pass(MINUTE_MS);
  expect([await statusOf(poison), await statusOf(other)]).toEqual([undefined, "needs_review"]);
  await pass(14 * HOUR_MS, 10 * MINUTE_MS);
  expect(asked).toBe(13);
  expect(scene.complaints.filter((words) => words.includes("is left out"))).toHaveLength(1);
});

test("a project whose forge does not answer keeps no other project waiting", async () => {
  const far = unwrap(parseProjectId("acme/far"));
  const held = Promise.withResolvers<never>();
  held.promise.catch(() => undefined);
  const silent = new Proxy<Forge>(createMemoryForge({ project: far, clock: (await openScene()).clock }), {
    get(target, name: keyof Forge) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? () => held.promise : value;
    },
  });
  const { begin, open, pass, statusOf } = await openSite({ others: new Map([[far, silent]]) });
  const engine = await begin();
  const polled = await open("Polled");
  await pass(2 * SYNC_MS);
  expect(await statusOf(polled)).toBe("needs_review");
  const told = await open("Told");
  await engine.look({ project, about: "issue", number: Number(told) });
  expect(await statusOf(told)).not.toBeUndefined();
  held.reject(orchError("interrupted", "the test ends"));
});

test("of issues that nobody asked for no more is read than the list", async () => {
  const { forge, begin, open, pass, statusOf } = await openSite();
  for (let count = 0; count < 50; count += 1) await forge.people.openIssue({ title: `old ${count}` });
  const wanted = await open("Wanted");
  await begin();
  await pass(MINUTE_MS);
  expect(await statusOf(wanted)).toBe("needs_review");
  expect(forge.calls.filter((call) => call === "issue").length).toBeLessThan(12);
});

test("what is told of a place during the look at it is looked at once more, and whoever told it hears of that", async () => {
  const asked = { count: 0, last: Promise.withResolvers<void>() };
  const { engine, forge, pass, task } = await openForgeScene({
    syncMs: 100 * HOUR_MS,
    over: (memory) => ({
      async issue(id) {
        const found = await memory.issue(id);
        asked.count += 1;
        if (asked.count === 1) await asked.last.promise;
        return found;
      },
    }),
  });
  const id = await forge.people.openIssue({ title: "Fix it" });
  const hint = { project, about: "issue", number: Number(id) } as const;
  const first = engine.look(hint);
  await pass(SECOND_MS);
  expect(asked.count).toBe(1);
  await forge.people.editIssue({ id, labels: [LABEL] });
  const second = engine.look(hint);
  asked.last.resolve();
  await Promise.all([first, second, pass(MINUTE_MS)]);
  expect(await task(id)).toMatchObject({ status: "in_review" });
});
