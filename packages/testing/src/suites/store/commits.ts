import { isOrchError, type Store } from "@orch/core";
import { describe, expect, test } from "vitest";

import { openFixture, type StoreMaker } from "./fixture.ts";
import { sampleEvent, sampleJob, sampleProject, sampleRef, sampleTask } from "./samples.ts";

/** Everything that a unit can leave behind. */
async function contentOf(store: Store): Promise<unknown> {
  return {
    events: await store.events({ after: 0, limit: 100 }),
    tasks: await store.tasks({ limit: 100 }),
    jobs: await store.jobs({ states: ["queued", "running", "done", "dead"], limit: 100 }),
    cursor: await store.cursor("poll"),
    metrics: await store.metrics({ name: "tokens", since: 0 }),
  };
}

const everything = {
  events: [sampleEvent("second")],
  writes: [
    { kind: "task:put", task: sampleTask(2) },
    { kind: "cursor:put", name: "poll", value: 1 },
    { kind: "metric:add", name: "tokens", dims: {}, value: 1, at: 1 },
  ],
  enqueue: [sampleJob("later")],
} as const;

/** Units: all or nothing, once, by the holder, on the expected version. */
export function describeStoreCommits(make: StoreMaker): void {
  describe("commit", () => {
    test("keeps every part of a unit and numbers events upwards", async () => {
      const { store } = await openFixture(make);
      const first = await store.commit({ events: [sampleEvent("first")] });
      const second = await store.commit({ ...everything, events: [sampleEvent("second"), sampleEvent("third")] });
      expect(first).toMatchObject({ ok: true });
      const events = await store.events({ after: 0, limit: 10 });
      expect(events.map(({ key }) => key)).toEqual(["first", "second", "third"]);
      expect(second).toEqual({ ok: true, seq: events.at(-1)?.seq });
      const numbers = events.map(({ seq }) => seq);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((left, right) => left - right));
      expect(await store.task(sampleRef(2))).toEqual(sampleTask(2));
      expect(await store.cursor("poll")).toBe(1);
    });

    test("accepts a unit without anything in it", async () => {
      const { store } = await openFixture(make);
      expect(await store.commit({})).toMatchObject({ ok: true });
    });

    test("answers a known event key with the event that has it, and changes nothing", async () => {
      const { store } = await openFixture(make);
      await store.commit({ events: [sampleEvent("second", { actor: "first caller" })] });
      const before = await contentOf(store);
      const repeated = await store.commit(everything);
      expect(repeated).toMatchObject({ ok: false, why: "duplicate", of: { key: "second", actor: "first caller" } });
      expect(await contentOf(store)).toEqual(before);
    });

    test("says duplicate before conflict and before fenced, as a repeated call after a crash needs", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({ enqueue: [sampleJob("work")] });
      const [holding] = await claim();
      if (holding === undefined) expect.unreachable();
      const unit = {
        holding,
        settle: { as: "complete" },
        expect: { task: sampleRef(2), version: 0 },
        ...everything,
      } as const;
      expect(await store.commit(unit)).toMatchObject({ ok: true });
      expect(await store.commit(unit)).toMatchObject({ ok: false, why: "duplicate" });
    });

    test("says fenced before conflict", async () => {
      const { store } = await openFixture(make);
      const refused = await store.commit({
        holding: { job: 1, fence: 1 },
        expect: { task: sampleRef(), version: 9 },
      });
      expect(refused).toEqual({ ok: false, why: "fenced" });
    });

    test("refuses an outdated version and leaves nothing", async () => {
      const { store } = await openFixture(make);
      await store.commit({ writes: [{ kind: "task:put", task: sampleTask(1, { status: "new", version: 3 }) }] });
      const before = await contentOf(store);
      for (const version of [0, 2, 4]) {
        const refused = await store.commit({ expect: { task: sampleRef(), version }, ...everything });
        expect(refused).toEqual({ ok: false, why: "conflict" });
      }
      expect(await contentOf(store)).toEqual(before);
      expect(await store.commit({ expect: { task: sampleRef(), version: 3 }, ...everything })).toMatchObject({
        ok: true,
      });
    });

    test("lets one of two callers with the same version through", async () => {
      const { store } = await openFixture(make);
      const results = await Promise.all(
        ["left", "right"].map((title) =>
          store.commit({
            expect: { task: sampleRef(), version: 0 },
            writes: [{ kind: "task:put", task: sampleTask(1, { status: "new", title }) }],
          }),
        ),
      );
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(results).toContainEqual({ ok: false, why: "conflict" });
    });

    test("leaves nothing of a unit that fails in the middle", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({ enqueue: [sampleJob("work")] });
      const [holding] = await claim();
      if (holding === undefined) expect.unreachable();
      const before = await contentOf(store);
      const twice = [sampleEvent("twice"), sampleEvent("twice")];
      const failure = store.commit({ ...everything, holding, settle: { as: "complete" }, events: twice });
      await expect(failure).rejects.toSatisfy((thrown) => isOrchError(thrown, "store_failed"));
      expect(await contentOf(store)).toEqual(before);
      expect(await store.commit({ holding, settle: { as: "complete" } })).toMatchObject({ ok: true });
    });

    test("refuses to settle without holding", async () => {
      const { store } = await openFixture(make);
      await expect(store.commit({ settle: { as: "complete" }, ...everything })).rejects.toSatisfy(isOrchError);
      expect(await store.tasks({ limit: 10 })).toEqual([]);
    });

    test("accepts a job key once, whatever became of the job", async () => {
      const { store, claim } = await openFixture(make);
      const job = sampleJob("once");
      await store.commit({ enqueue: [job, job] });
      await store.commit({ enqueue: [job] });
      const leases = await claim();
      expect(leases).toHaveLength(1);
      await store.commit({ enqueue: [job] });
      for (const holding of leases) await store.commit({ holding, settle: { as: "complete" } });
      await store.commit({ enqueue: [job] });
      expect(await claim()).toEqual([]);
      expect(await store.jobs({ states: ["queued", "running", "done", "dead"], limit: 10 })).toHaveLength(1);
    });

    test("keeps unicode and a body of a megabyte as they are", async () => {
      const { store } = await openFixture(make);
      const title = `Überschrift 標題 🧩 "'; DROP TABLE tasks; --\u0000\n`;
      const body = "ä🧩x".repeat(200_000);
      const task = sampleTask(1, { status: "new", title, body, labels: ["größe:📏"] });
      const event = sampleEvent("👋 \u202E", { event: { type: "task:created", spec: { ...task } } });
      await store.commit({ events: [event], writes: [{ kind: "task:put", task }] });
      expect(await store.task(sampleRef())).toEqual(task);
      expect((await store.events({ after: 0, limit: 1 }))[0]?.key).toBe("👋 \u202E");
    });

    test("gives out every task number once", async () => {
      const { store } = await openFixture(make);
      const numbers = await Promise.all(Array.from({ length: 50 }, () => store.nextTaskNumber(sampleProject)));
      expect(new Set(numbers).size).toBe(50);
      expect(Math.min(...numbers)).toBeGreaterThan(0);
    });

    test("keeps everything over a restart", async () => {
      const fixture = await openFixture(make);
      await fixture.store.commit(everything);
      const number = await fixture.store.nextTaskNumber(sampleProject);
      const [held] = await fixture.claim();
      const before = await contentOf(fixture.store);
      const { store, claim } = await fixture.reopen();
      expect(await contentOf(store)).toEqual(before);
      expect(await store.nextTaskNumber(sampleProject)).toBeGreaterThan(number);
      expect(await claim()).toEqual([]);
      if (held === undefined) expect.unreachable();
      expect(await store.commit({ holding: held, settle: { as: "complete" } })).toMatchObject({ ok: true });
      expect(await store.commit(everything)).toMatchObject({ ok: false, why: "duplicate" });
    });

    test("wakes listeners after the commit, for what it may have made due", async () => {
      const { store, claim } = await openFixture(make);
      const heard: string[] = [];
      const off = store.onWake((what) => heard.push(what));
      await store.commit({ enqueue: [sampleJob("a"), sampleJob("b", { queue: "attempts" })] });
      expect(heard.toSorted()).toEqual(["attempts", "effects"]);
      await store.commit({ events: [sampleEvent("first")] });
      expect(heard.splice(0)).toContain("events");
      expect(await store.commit({ events: [sampleEvent("first")] })).toMatchObject({ ok: false });
      expect(heard).toEqual([]);
      const [holding] = await claim();
      if (holding === undefined) expect.unreachable();
      await store.commit({ holding, settle: { as: "complete" } });
      expect(heard.splice(0)).toEqual(["effects"]);
      off();
      await store.commit({ enqueue: [sampleJob("c")] });
      expect(heard).toEqual([]);
    });

    test("is not harmed by a listener that throws", async () => {
      const { store } = await openFixture(make);
      let heard = 0;
      store.onWake(() => {
        throw new RangeError("planted");
      });
      store.onWake(() => {
        heard += 1;
      });
      expect(await store.commit({ enqueue: [sampleJob("a")] })).toMatchObject({ ok: true });
      expect(heard).toBe(1);
    });

    test("refuses work after it was disposed of", async () => {
      const { store } = await openFixture(make);
      await store[Symbol.asyncDispose]();
      await expect(store.commit(everything)).rejects.toSatisfy((thrown) => isOrchError(thrown, "store_failed"));
      await expect(store.task(sampleRef())).rejects.toSatisfy((thrown) => isOrchError(thrown, "store_failed"));
    });
  });
}
