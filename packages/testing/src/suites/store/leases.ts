import { describe, expect, test } from "vitest";

import { openFixture, type StoreFixture, type StoreMaker } from "./fixture.ts";
import { sampleEvent, sampleJob, sampleRef } from "./samples.ts";

async function claimOne({ store, claim }: StoreFixture, key = "work") {
  await store.commit({ enqueue: [sampleJob(key)] });
  const [lease] = await claim();
  if (lease === undefined) expect.unreachable();
  return lease;
}

/** Leases: they outlive processes, they run out, and only the newest token is obeyed. */
export function describeStoreLeases(make: StoreMaker): void {
  describe("leases", () => {
    test("complete ends a job for good", async () => {
      const fixture = await openFixture(make);
      const holding = await claimOne(fixture);
      expect(await fixture.store.commit({ holding, settle: { as: "complete" } })).toMatchObject({ ok: true });
      expect(await fixture.store.commit({ holding })).toEqual({ ok: false, why: "fenced" });
      expect(await fixture.claim()).toEqual([]);
      expect(await fixture.store.jobs({ states: ["done"], limit: 9 })).toMatchObject([{ key: "work", state: "done" }]);
    });

    test("holding without settling keeps the lease", async () => {
      const fixture = await openFixture(make);
      const holding = await claimOne(fixture);
      expect(await fixture.store.commit({ holding, events: [sampleEvent("a")] })).toMatchObject({ ok: true });
      expect(await fixture.store.commit({ holding, events: [sampleEvent("b")] })).toMatchObject({ ok: true });
    });

    test("retry hides the job until its time and counts the tries", async () => {
      const fixture = await openFixture(make);
      const { store, claim, clock } = fixture;
      const holding = await claimOne(fixture);
      const notBefore = clock.now() + 500;
      await store.commit({ holding, settle: { as: "retry", notBefore, error: "network" } });
      expect(await store.jobs({ states: ["queued"], limit: 9 })).toMatchObject([
        { error: "network", tries: 1, notBefore },
      ]);
      expect(await claim({ now: notBefore - 1 })).toEqual([]);
      const [again] = await claim({ now: notBefore });
      expect(again).toMatchObject({ job: holding.job, tries: 2 });
      expect(again?.fence).toBeGreaterThan(holding.fence);
      expect(await store.commit({ holding })).toEqual({ ok: false, why: "fenced" });
    });

    test("a dead job stays for people to see and is never claimed", async () => {
      const fixture = await openFixture(make);
      const holding = await claimOne(fixture);
      await fixture.store.commit({ holding, settle: { as: "dead", error: "lost five times" } });
      expect(await fixture.claim()).toEqual([]);
      expect(await fixture.store.jobs({ states: ["dead"], limit: 9 })).toMatchObject([
        { key: "work", state: "dead", error: "lost five times" },
      ]);
    });

    test("heartbeat prolongs what is held and names what is lost", async () => {
      const fixture = await openFixture(make);
      const { store, clock } = fixture;
      const held = await claimOne(fixture, "held");
      const done = await claimOne(fixture, "done");
      await store.commit({ holding: done, settle: { as: "complete" } });
      const stale = { job: held.job, fence: held.fence - 1 };
      const unknown = { job: 4_000_000, fence: 1 };
      const now = clock.now() + 50_000;
      const beat = await store.heartbeat({ tokens: [held, done, stale, unknown], leaseMs: 60_000, now });
      expect(beat.lost.map(({ job, fence }) => [job, fence])).toEqual(
        [done, stale, unknown].map(({ job, fence }) => [job, fence]),
      );
      expect(await store.expireLeases(now + 59_999)).toBe(0);
      expect(await store.expireLeases(now + 60_000)).toBe(1);
      expect(await store.heartbeat({ tokens: [], leaseMs: 1, now })).toEqual({ lost: [] });
    });

    test("a lease that has run out goes back to the queue, and its token is refused from then on", async () => {
      const fixture = await openFixture(make);
      const { store, claim, clock } = fixture;
      const zombie = await claimOne(fixture);
      const later = clock.now() + 60_000;
      expect(await store.expireLeases(later - 1)).toBe(0);
      expect(await store.expireLeases(later)).toBe(1);
      expect(await store.expireLeases(later)).toBe(0);
      const work = { settle: { as: "complete" }, events: [sampleEvent("zombie")] } as const;
      expect(await store.commit({ holding: zombie, ...work })).toEqual({ ok: false, why: "fenced" });
      const [next] = await claim({ host: "there", now: later });
      expect(next).toMatchObject({ job: zombie.job, tries: 2 });
      expect(await store.commit({ holding: zombie, ...work })).toEqual({ ok: false, why: "fenced" });
      expect((await store.heartbeat({ tokens: [zombie], leaseMs: 1, now: later })).lost).toHaveLength(1);
      expect(await store.events({ after: 0, limit: 9 })).toEqual([]);
      if (next === undefined) expect.unreachable();
      expect(await store.commit({ holding: next, ...work })).toMatchObject({ ok: true });
    });

    test("adopt takes over this host's running jobs, and only those", async () => {
      const fixture = await openFixture(make);
      const { claim, clock } = fixture;
      await fixture.store.commit({ enqueue: ["a", "b", "c"].map((key) => sampleJob(key)) });
      const mine = await claim({ max: 2 });
      const [theirs] = await claim({ host: "there" });
      const { store } = await fixture.reopen();
      const now = clock.now() + 10_000;
      const adopted = await store.adopt({ host: "here", leaseMs: 60_000, now });
      expect(adopted.map(({ key, tries }) => [key, tries])).toEqual([
        ["a", 1],
        ["b", 1],
      ]);
      expect(adopted.every(({ fence }, index) => fence > (mine[index]?.fence ?? fence))).toBe(true);
      for (const holding of mine) expect(await store.commit({ holding })).toEqual({ ok: false, why: "fenced" });
      for (const holding of adopted) expect(await store.commit({ holding })).toMatchObject({ ok: true });
      if (theirs === undefined) expect.unreachable();
      expect(await store.commit({ holding: theirs })).toMatchObject({ ok: true });
      expect(await store.expireLeases(now + 59_999)).toBe(1);
      expect(await store.adopt({ host: "nobody", leaseMs: 1, now })).toEqual([]);
    });

    test("nextDue knows the next hidden job and the soonest lease end, per queue", async () => {
      const fixture = await openFixture(make);
      const { store, claim, clock } = fixture;
      expect(await store.nextDue("effects")).toBeUndefined();
      const start = clock.now();
      await store.commit({
        enqueue: [
          sampleJob("far", { notBefore: start + 90_000 }),
          sampleJob("near", { notBefore: start + 70_000 }),
          sampleJob("other", { queue: "attempts", notBefore: start + 1 }),
        ],
      });
      expect(await store.nextDue("effects")).toBe(start + 70_000);
      await claimOne(fixture);
      expect(await store.nextDue("effects")).toBe(start + 60_000);
      await clock.advance(75_000);
      expect(await store.expireLeases(clock.now())).toBe(1);
      await claim({ leaseMs: 60_000 });
      expect(await store.nextDue("effects")).toBe(start + 90_000);
    });

    test("nextDue does not name the time of a job that is due already and waits for room", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({ enqueue: [sampleJob("waiting", { dims: { agent: "absent" } })] });
      expect(await claim({ limits: () => 0 })).toEqual([]);
      expect(await store.nextDue("effects")).toBeUndefined();
    });

    test("cancel ends queued jobs, fences the holder of a running one, and leaves ended ones as they are", async () => {
      const fixture = await openFixture(make);
      const { store, claim } = fixture;
      const running = await claimOne(fixture, "running");
      const dead = await claimOne(fixture, "dead");
      await store.commit({ holding: dead, settle: { as: "dead", error: "gone" } });
      await store.commit({ enqueue: [sampleJob("queued"), sampleJob("next", { exclusive: "running" })] });
      const heard: string[] = [];
      store.onWake((what) => heard.push(what));
      await store.commit({ cancel: ["running", "queued", "dead", "unknown"] });
      expect(heard).toEqual(["effects"]);
      expect(await store.commit({ holding: running, settle: { as: "complete" } })).toEqual({
        ok: false,
        why: "fenced",
      });
      expect((await claim()).map(({ key }) => key)).toEqual(["next"]);
      expect((await store.jobs({ states: ["done"], limit: 9 })).map(({ key }) => key)).toEqual(["queued", "running"]);
      expect(await store.jobs({ states: ["dead"], limit: 9 })).toMatchObject([{ key: "dead", error: "gone" }]);
      await store.commit({ enqueue: [sampleJob("queued")] });
      expect(await claim()).toEqual([]);
    });

    test("a unit that is refused cancels nothing", async () => {
      const fixture = await openFixture(make);
      const { store, claim } = fixture;
      await store.commit({ enqueue: [sampleJob("queued")] });
      const expected = { task: sampleRef(), version: 5 };
      expect(await store.commit({ expect: expected, cancel: ["queued"] })).toEqual({ ok: false, why: "conflict" });
      expect(await claim()).toHaveLength(1);
    });

    test("jobs shows who holds what, newest first", async () => {
      const fixture = await openFixture(make);
      const { store, clock } = fixture;
      await claimOne(fixture, "running");
      await store.commit({ enqueue: [sampleJob("queued", { notBefore: 7 })] });
      const views = await store.jobs({ states: ["queued", "running"], limit: 9 });
      expect(views).toMatchObject([
        { key: "queued", state: "queued", tries: 0, notBefore: 7 },
        { key: "running", state: "running", tries: 1, host: "here", leaseUntil: clock.now() + 60_000 },
      ]);
      expect(views[0]).not.toHaveProperty("host");
      expect(await store.jobs({ states: ["queued", "running"], limit: 1 })).toHaveLength(1);
      expect(await store.jobs({ states: [], limit: 9 })).toEqual([]);
    });
  });
}
