import { unwrap, verdictOf, type RoutingContext, type Verdict } from "@orch/core";
import { expect, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openScene, outcomeOf, project, ref, settle, spec, type Scene } from "./scene.ts";

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
