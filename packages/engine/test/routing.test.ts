import { parseAgentName, unwrap, verdictOf, type LearnedChoice, type RoutingContext, type Verdict } from "@orch/core";
import { bareSettings } from "@orch/testing/engine-world";
import { expect, test } from "vitest";

import { createEngine, readLearned } from "../src/index.ts";
import { agent, openScene, outcomeOf, project, receipt, ref, settle, spec, type Scene } from "./scene.ts";

/** The scene with a router that notes what it was told, and remembers as told. */
function withEars(scene: Scene, classification?: "answered" | "failed") {
  const contexts: RoutingContext[] = [];
  const { router } = scene.deps;
  return {
    contexts,
    deps: {
      ...scene.deps,
      router: {
        route: async (...[task, context]: Parameters<typeof router.route>) => {
          contexts.push(context);
          const decision = await router.route(task, context);
          return classification === undefined ? decision : { ...decision, classification };
        },
        learn: (before: { readonly weight: number } | undefined, { signal, now }: { signal: string; now: number }) => ({
          weight: signal === "limited" ? 0.3 : (before?.weight ?? 0) + 0.1,
          at: now,
          ...(signal === "limited" ? { limitedAt: now } : {}),
        }),
      },
    },
  };
}

test("what attempts come to is told to the router at the next decision", async () => {
  const scene = await openScene();
  scene.policy = { ...scene.policy, onExhausted: "wait" };
  const verdicts: Verdict[] = [verdictOf("rate_limited", "429"), { kind: "pass" }];
  scene.run = async (run) => outcomeOf(run, verdicts.shift() ?? { kind: "pass" });
  const { deps, contexts } = withEars(scene);
  await using engine = createEngine(deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  const limitedAt = scene.clock.now();
  while ((await scene.task(1)).status !== "in_review" && (await scene.clock.advanceToNext())) await settle();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect(contexts.map(({ weights }) => weights)).toEqual([
    {},
    { robot: { weight: 0.3, at: limitedAt, limitedAt } },
    { robot: { weight: 0.4, at: expect.any(Number) as number } },
  ]);
  expect(contexts.every(({ chance }) => chance !== undefined && chance >= 0 && chance < 1)).toBe(true);
});

test("failed classifications of a task are counted until one succeeds", async () => {
  const scene = await openScene();
  const failing = withEars(scene, "failed");
  {
    await using engine = createEngine(failing.deps);
    await engine.start();
    unwrap(await engine.create({ project, spec, actor: "me" }));
    await settle();
    for (let round = 0; round < 2; round += 1) {
      unwrap(await engine.act({ task: ref(1), event: { type: "task:retried", by: "me" }, actor: "me" }));
      await settle();
    }
  }
  expect(failing.contexts.map(({ failedClassifications }) => failedClassifications)).toEqual([0, 1, 2]);
  const answering = withEars(scene, "answered");
  await using engine = createEngine(answering.deps);
  await engine.start();
  for (let round = 0; round < 2; round += 1) {
    unwrap(await engine.act({ task: ref(1), event: { type: "task:retried", by: "me" }, actor: "me" }));
    await settle();
  }
  expect(answering.contexts.map(({ failedClassifications }) => failedClassifications)).toEqual([3, 0]);
});

test("what tasks came to is told to a router that learns, and what that made of it is kept once", async () => {
  const scene = await openScene();
  scene.run = async (run) => {
    const attempt = { project, id: run.task.id, attempt: run.task.attempt };
    await scene.store.commit({ holding: run.token, writes: [{ kind: "receipt:put", attempt, receipt: receipt(0) }] });
    return outcomeOf(run, { kind: "pass" });
  };
  const candidate = { agent, tasks: 1, landed: 1, reworked: 0, lost: 0, mean: 0.5, low: 0, high: 1, costTerm: 0.1 };
  const other = unwrap(parseAgentName("other"));
  const learned: LearnedChoice = {
    mode: "shadow",
    agent: other,
    by: "evidence",
    complexity: "medium",
    candidates: [
      { ...candidate, floor: "none", share: 0.05 },
      { ...candidate, agent: other, mean: 0.75, costTerm: 0, floor: "none", share: 0.05 },
    ],
  };
  const contexts: RoutingContext[] = [];
  let isLearning = true;
  const learning = { mode: "shadow", halfLifeMs: 1, share: 0, minTasks: 0, minLanded: 0, costWeight: 0 } as const;
  const settings = bareSettings(project, { routing: { agents: [], models: {}, learning } });
  const { router } = scene.deps;
  await using engine = createEngine({
    ...scene.deps,
    projects: { get: () => settings, list: () => [settings] },
    router: {
      ...router,
      route: async (task, context) => {
        contexts.push(context);
        return { ...(await router.route(task, context)), ...(isLearning ? { learned } : {}) };
      },
    },
  });
  await engine.start();
  unwrap(await engine.create({ project, spec: { ...spec, labels: ["bug"] }, actor: "me" }));
  await settle();
  expect(contexts[0]?.landings).toEqual([]);
  unwrap(await engine.act({ task: ref(1), event: { type: "merge:requested", by: "me" }, actor: "me" }));
  await settle();
  expect(await scene.task(1)).toMatchObject({ status: "done" });
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  expect(contexts[1]?.landings).toEqual([
    expect.objectContaining({ project, kind: "bug", agent, fate: "landed", reworks: 0 }) as object,
  ]);
  expect(await readLearned(scene.store, ref(2))).toEqual(learned);
  expect(await scene.store.metrics({ name: "route_shadow", since: 0 })).toEqual([
    { name: "route_shadow", dims: { agreed: "no", project }, sum: expect.closeTo(0.7, 9) as number, count: 2 },
  ]);

  isLearning = false;
  unwrap(await engine.act({ task: ref(2), event: { type: "task:retried", by: "me" }, actor: "me" }));
  await settle();
  expect(await readLearned(scene.store, ref(2))).toBeUndefined();
  // A record as another version of orch would have left it.
  const odd = {
    kind: "cursor:put",
    name: "router/learned/acme/app#int-2",
    value: { candidates: [{ agent: 1 }] },
  } as const;
  await scene.store.commit({ writes: [odd] });
  expect(await readLearned(scene.store, ref(2))).toBeUndefined();
});
