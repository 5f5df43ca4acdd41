import type { Store } from "@orch/core";
import { expect, test } from "vitest";

import { agent, openScene, ref, spec, type Scene } from "../test/scene.ts";
import { moveTask, type MoveRequest } from "./move-task.ts";

const created = { ref: ref(1), event: { type: "task:created", spec }, key: "created", actor: "me" } as const;
const assignment = { agent, complexity: "medium", why: "only one" } as const;
const routed: MoveRequest = { ref: ref(1), event: { type: "task:routed", assignment }, key: "routed", actor: "me" };
const cancelled: MoveRequest = {
  ref: ref(1),
  event: { type: "task:cancelled", by: "me", why: "no" },
  key: "cancelled",
  actor: "me",
};

/** A store in which `meanwhile` happens between the reading of a task and the commit. */
async function interrupted(meanwhile: (scene: Scene, round: number) => Promise<unknown>): Promise<Scene> {
  let round = 0;
  let busy = true;
  const scene = await openScene((store): Store => ({
    ...store,
    async task(which) {
      const task = await store.task(which);
      if (busy || task === undefined) return task;
      busy = true;
      round += 1;
      await meanwhile(scene, round);
      busy = false;
      return task;
    },
  }));
  await moveTask(scene.deps, created);
  busy = false;
  return scene;
}

function bump(scene: Scene, round: number): Promise<unknown> {
  const ids = [ref(100 + round).id];
  return moveTask(scene.deps, { ...routed, event: { type: "dependencies:added", ids }, key: `bump ${round}` });
}

test("starts over when somebody else was quicker, and decides anew", async () => {
  const scene = await interrupted((some, round) => (round === 1 ? bump(some, round) : Promise.resolve()));
  const moved = await moveTask(scene.deps, cancelled);
  expect(moved).toMatchObject({ kind: "moved", task: { status: "cancelled", version: 3, dependsOn: ["int-101"] } });
});

test("gives up after twenty losses", async () => {
  const scene = await interrupted(bump);
  await expect(moveTask(scene.deps, cancelled)).rejects.toMatchObject({ code: "conflict" });
});

test("the same event moves a task once, whether or not it could move it now", async () => {
  const scene = await openScene();
  await moveTask(scene.deps, created);
  expect(await moveTask(scene.deps, created)).toEqual({ kind: "repeated", ref: ref(1) });
  await moveTask(scene.deps, routed);
  expect(await moveTask(scene.deps, routed)).toEqual({ kind: "repeated", ref: ref(1) });
  expect((await scene.task(1)).version).toBe(2);
  expect(await moveTask(scene.deps, { ...routed, key: "again" })).toMatchObject({
    kind: "rejected",
    why: { code: "move_refused" },
  });
  expect(await scene.store.events({ after: 0, limit: 10 })).toHaveLength(2);
});

test("a task under another number is told to who repeats its creation", async () => {
  const scene = await openScene();
  await moveTask(scene.deps, created);
  expect(await moveTask(scene.deps, { ...created, ref: ref(2) })).toEqual({ kind: "repeated", ref: ref(1) });
  expect(await scene.store.task(ref(2))).toBeUndefined();
});

test("who lost the lease changes nothing", async () => {
  const scene = await openScene();
  await moveTask(scene.deps, created);
  const claim = { queue: "effects", max: 1, host: "here", leaseMs: 1_000, now: scene.clock.now() } as const;
  const [holding] = await scene.store.claim({ ...claim, limits: () => Number.POSITIVE_INFINITY });
  await scene.store.adopt({ host: "here", leaseMs: 1_000, now: scene.clock.now() });
  expect(await moveTask(scene.deps, { ...routed, ...(holding === undefined ? {} : { holding }) })).toEqual({
    kind: "fenced",
  });
  expect((await scene.task(1)).status).toBe("new");
});
