import { expect, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openScene, project, ref, settle, spec } from "./scene.ts";

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
