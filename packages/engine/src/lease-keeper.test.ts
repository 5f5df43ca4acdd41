import { orchError, type Lease, type Store } from "@orch/core";
import { expect, test } from "vitest";

import { openScene, ref, settle, type Scene } from "../test/scene.ts";
import { createLeaseKeeper } from "./lease-keeper.ts";

async function claimOne(scene: Scene, number = 1): Promise<Lease> {
  const key = `job ${number}`;
  const effect = { kind: "task:route", task: ref(number), round: 1 } as const;
  const job = { queue: "effects", key, exclusive: key, dims: {}, priority: 0, notBefore: 0, effect } as const;
  await scene.store.commit({ enqueue: [job] });
  const claim = { queue: "effects", max: 1, host: "here", leaseMs: 90_000, now: scene.clock.now() } as const;
  const [lease] = await scene.store.claim({ ...claim, limits: () => Number.POSITIVE_INFINITY });
  if (lease === undefined) throw new Error("there was nothing to claim");
  return lease;
}

async function pass(scene: Scene, ms: number): Promise<void> {
  await scene.clock.advance(ms);
  await settle();
}

test("keeps a lease alive for as long as it is held, and sets no timer without one", async () => {
  const scene = await openScene();
  const keeper = createLeaseKeeper(scene.deps);
  expect(scene.clock.pending).toBe(0);
  const held = keeper.hold(await claimOne(scene));
  for (let beat = 0; beat < 20; beat += 1) await pass(scene, 30_000);
  expect(await scene.store.expireLeases(scene.clock.now())).toBe(0);
  expect(held.signal.aborted).toBe(false);
  held.release();
  expect(scene.clock.pending).toBe(0);
  await pass(scene, 90_001);
  expect(await scene.store.expireLeases(scene.clock.now())).toBe(1);
});

test("aborts the holder of a lease that somebody else has, and no other", async () => {
  const scene = await openScene();
  const keeper = createLeaseKeeper(scene.deps);
  const first = keeper.hold(await claimOne(scene, 1));
  await scene.store.adopt({ host: "here", leaseMs: 90_000, now: scene.clock.now() });
  const second = keeper.hold(await claimOne(scene, 2));
  await keeper.beat();
  expect([first.signal.reason, second.signal.aborted]).toEqual(["lost", false]);
});

test("one failed heartbeat costs nothing: the next one is in time", async () => {
  let fail = false;
  const scene = await openScene((store): Store => ({
    ...store,
    heartbeat: (beat) => (fail ? Promise.reject(orchError("store_failed", "no")) : store.heartbeat(beat)),
  }));
  const keeper = createLeaseKeeper(scene.deps);
  const held = keeper.hold(await claimOne(scene));
  fail = true;
  await pass(scene, 30_000);
  fail = false;
  await pass(scene, 30_000);
  await pass(scene, 89_000);
  expect(await scene.store.expireLeases(scene.clock.now())).toBe(0);
  expect(held.signal.aborted).toBe(false);
  expect(scene.complaints).toHaveLength(1);
});

test("aborts by choice, and everybody at the end; the leases stay in the store", async () => {
  const scene = await openScene();
  const keeper = createLeaseKeeper(scene.deps);
  const lease = await claimOne(scene, 1);
  const [first, second] = [keeper.hold(lease), keeper.hold(await claimOne(scene, 2))];
  expect(keeper.abort(({ key }) => key === "job 9", "stopped")).toBe(false);
  expect(keeper.abort(({ key }) => key === lease.key, "stopped")).toBe(true);
  keeper.stop();
  expect([first.signal.reason, second.signal.reason]).toEqual(["stopped", "shutdown"]);
  expect(scene.clock.pending).toBe(0);
  expect(await scene.store.jobs({ states: ["running"], limit: 9 })).toHaveLength(2);
});
