import { effectKey } from "@orch/core";
import { expect, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { jobOf } from "../src/move-task.ts";
import { agent, openScene, project, ref, settle, spec } from "./scene.ts";

test("an attempt's processes are ended after its runner has returned, for it may just be starting one", async () => {
  const scene = await openScene();
  const returns = Promise.withResolvers<void>();
  scene.run = async (run) => {
    await new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve(), { once: true }));
    // As when the abort comes between the last look at the signal and the start of a session.
    await returns.promise;
    scene.asked.push("a session was started");
    return { kind: "abandoned", why: "stopped" };
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  await engine.create({ project, spec, actor: "test" });
  await settle();
  await engine.act({ task: ref(1), event: { type: "task:cancelled", by: "me", why: "enough" }, actor: "test" });
  await settle();
  returns.resolve();
  await settle();
  expect(scene.asked.indexOf("a session was started")).toBeGreaterThan(0);
  expect(scene.asked.lastIndexOf("stop int-1/1")).toBeGreaterThan(scene.asked.indexOf("a session was started"));
});

test("a plan that the task has left behind does not work on the attempt of the later one, which has its number", async () => {
  const scene = await openScene();
  const runs: number[] = [];
  scene.run = async (run) => {
    runs.push(run.task.attempt);
    await new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve(), { once: true }));
    return { kind: "abandoned", why: "stopped" };
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  await engine.create({ project, spec, actor: "test" });
  await settle();
  expect(await scene.task(1)).toMatchObject({ status: "in_progress", attempt: 1, round: 2 });
  // Whoever lost the lease of the earlier plan may still hold it when the later one runs.
  const effect = { kind: "attempt:run", attempt: { ...ref(1), attempt: 1 }, agent, round: 1 } as const;
  await scene.store.commit({ enqueue: [{ ...jobOf({ effect, priority: 0 }), exclusive: "nothing" }] });
  await scene.clock.advance(20_000);
  await settle();
  expect(runs).toEqual([1]);
  expect(await scene.store.jobs({ states: ["queued", "running"], keys: [effectKey(effect)], limit: 1 })).toEqual([]);
});
