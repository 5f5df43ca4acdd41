import { orchError, unwrap } from "@orch/core";
import { expect, onTestFinished, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openScene, outcomeOf, project, settle, spec } from "./scene.ts";

const MINUTE_MS = 60_000;

test("an attempt that the forge does not let in goes on later as the same one, however long that takes", async () => {
  const scene = await openScene();
  let runs = 0;
  let lets = false;
  scene.run = async (run) => {
    runs += 1;
    if (!lets) throw orchError("forge_unauthorized", "GitHub does not know the token");
    return outcomeOf(run, { kind: "pass" });
  };
  const engine = createEngine(scene.deps);
  onTestFinished(() => engine[Symbol.asyncDispose]());
  await engine.start();
  unwrap(await engine.create({ project, actor: "test", spec }));
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await settle();
      await scene.clock.advance(MINUTE_MS);
    }
    await settle();
  };
  await pass(180);
  expect(await scene.task(1)).toMatchObject({ status: "in_progress", attempt: 1 });
  expect(scene.asked.filter((what) => what.startsWith("stop"))).toEqual([]);
  expect(runs).toBeLessThan(60);
  lets = true;
  await pass(6);
  expect(await scene.task(1)).toMatchObject({ attempts: 1, lastAttempt: 1 });
  expect((await scene.task(1)).status).not.toBe("in_progress");
});
