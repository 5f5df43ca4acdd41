import { orchError, type Lease, type Store } from "@orch/core";
import { expect, test } from "vitest";

import { openScene, ref, settle, type Scene } from "../test/scene.ts";
import { createLeaseKeeper } from "./lease-keeper.ts";
import { createWorkQueue, type WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

async function enqueue(store: Store, ...numbers: number[]): Promise<void> {
  await store.commit({
    enqueue: numbers.map((number) => ({
      queue: "effects",
      key: `job ${number}`,
      exclusive: `job ${number}`,
      dims: {},
      priority: 0,
      notBefore: 0,
      effect: { kind: "task:route", task: ref(number), round: 1 },
    })),
  });
}

function makeQueue(scene: Scene, handle: WorkQueueOptions["handle"], slots = 2): WorkQueue {
  const keeper = createLeaseKeeper(scene.deps);
  const limits = (): number => Number.POSITIVE_INFINITY;
  return createWorkQueue(scene.deps, { queue: "effects", slots: () => slots, limits, keeper, handle });
}

async function complete(scene: Scene, lease: Lease): Promise<void> {
  await scene.store.commit({ holding: lease, settle: { as: "complete" } });
}

/** A store that counts its claims, and does `instead` when it is given. */
function watched(claims: { count: number; instead?: (() => Promise<never>) | undefined }): (store: Store) => Store {
  return (store) => ({
    ...store,
    claim(request) {
      claims.count += 1;
      return claims.instead?.() ?? store.claim(request);
    },
  });
}

test("never more handlers than slots, and each end makes room for the next", async () => {
  const scene = await openScene();
  await enqueue(scene.store, 1, 2, 3, 4, 5);
  const seen: string[] = [];
  let most = 0;
  const queue = makeQueue(scene, async (lease) => {
    await settle();
    most = Math.max(most, queue.running);
    seen.push(lease.key);
    await complete(scene, lease);
  });
  queue.pump();
  while (seen.length < 5) await settle();
  await queue.stop();
  expect(most).toBe(2);
  expect(seen).toEqual(["job 1", "job 2", "job 3", "job 4", "job 5"]);
});

test("calls during a look are folded into one more look", async () => {
  const claims = { count: 0 };
  const scene = await openScene(watched(claims));
  const queue = makeQueue(scene, (lease) => complete(scene, lease));
  for (let call = 0; call < 10; call += 1) queue.pump();
  await settle();
  expect(claims.count).toBe(2);
  await queue.stop();
});

test("a handler that throws puts its job back, hidden for twice as long each time", async () => {
  const scene = await openScene();
  await enqueue(scene.store, 1);
  const times: number[] = [];
  const queue = makeQueue(scene, async () => {
    times.push(scene.clock.now());
    throw orchError("git_failed", "no");
  });
  queue.pump();
  await settle();
  while (times.length < 5) {
    await scene.clock.advanceToNext();
    await settle();
  }
  await queue.stop();
  expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual([1_000, 2_000, 4_000, 8_000]);
  const [job] = await scene.store.jobs({ states: ["queued"], limit: 1 });
  expect(job).toMatchObject({ tries: 5, error: "git_failed: no" });
});

test("a look that fails is made up for by the next tick", async () => {
  const claims: Parameters<typeof watched>[0] = { count: 0 };
  const scene = await openScene(watched(claims));
  await enqueue(scene.store, 1);
  claims.instead = () => Promise.reject(orchError("store_failed", "no"));
  const seen: string[] = [];
  const queue = makeQueue(scene, async (lease) => {
    seen.push(lease.key);
    await complete(scene, lease);
  });
  queue.pump();
  await settle();
  expect([seen, scene.complaints]).toEqual([[], ["a look for work failed; the next tick tries again"]]);
  claims.instead = undefined;
  await scene.clock.advance(10_000);
  await settle();
  expect(seen).toEqual(["job 1"]);
  await queue.stop();
});

test("nothing starts once the queue has stopped, not even what a look under way claimed", async () => {
  const scene = await openScene();
  await enqueue(scene.store, 1);
  let handled = 0;
  const queue = makeQueue(scene, async (lease) => {
    handled += 1;
    await complete(scene, lease);
  });
  queue.pump();
  await queue.stop();
  await settle();
  expect(handled).toBe(0);
  expect(scene.clock.pending).toBe(0);
  // The lease is there for the next process.
  expect(await scene.store.adopt({ host: "here", leaseMs: 1_000, now: scene.clock.now() })).toHaveLength(1);
});
