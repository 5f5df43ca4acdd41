import { internalTaskId, orchError, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openScene, outcomeOf, project, receipt, ref, settle, spec } from "./scene.ts";

test("a parent that has not begun waits for its child, and begins when the child is done", async () => {
  const scene = await openScene();
  scene.policy = { ...scene.policy, merge: "never" };
  await using engine = createEngine({ ...scene.deps, settings: { ...scene.deps.settings, maxParallel: 1 } });
  unwrap(await engine.create({ project, spec: { ...spec, title: "parent" }, actor: "me" }));
  unwrap(await engine.create({ project, spec: { ...spec, parent: internalTaskId(1), priority: 5 }, actor: "me" }));
  await engine.start();
  await settle();
  const runs = scene.asked.filter((asked) => asked.startsWith("run "));
  expect(runs).toEqual(["run int-2/1", "run int-1/1"]);
  expect((await scene.task(1)).dependsOn).toEqual(["int-2"]);
});

test("a parent that has begun goes its own way", async () => {
  const scene = await openScene();
  const held = Promise.withResolvers<void>();
  scene.run = async (run) => {
    await held.promise;
    return outcomeOf(run, { kind: "pass" });
  };
  await using engine = createEngine(scene.deps);
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  unwrap(await engine.create({ project, spec: { ...spec, parent: internalTaskId(1) }, actor: "me" }));
  await settle();
  expect((await scene.task(1)).status).toBe("in_progress");
  held.resolve();
});

test("a merge that keeps failing is put before a person", async () => {
  const scene = await openScene();
  scene.run = async (run) => {
    const attempt = { project, id: run.task.id, attempt: run.task.attempt };
    await scene.store.commit({ holding: run.token, writes: [{ kind: "receipt:put", attempt, receipt: receipt(0) }] });
    return outcomeOf(run, { kind: "pass" });
  };
  let tries = 0;
  const workspace = {
    ...scene.deps.workspace,
    merge: async () => {
      tries += 1;
      throw orchError("git_failed", "the repository is gone");
    },
  };
  await using engine = createEngine({ ...scene.deps, workspace });
  await engine.start();
  unwrap(await engine.create({ project, spec, actor: "me" }));
  await settle();
  unwrap(await engine.act({ task: ref(1), event: { type: "merge:requested", by: "me" }, actor: "me" }));
  await settle();
  while ((await scene.task(1)).status === "in_review" && (await scene.clock.advanceToNext())) await settle();
  expect(await scene.task(1)).toMatchObject({
    status: "needs_review",
    reason: "merge_refused",
    detail: "the repository is gone",
  });
  expect(tries).toBe(8);
});
