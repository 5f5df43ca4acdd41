import type { Dims } from "@orch/core";
import { describe, expect, test } from "vitest";

import { openFixture, type StoreMaker } from "./fixture.ts";
import { sampleJob } from "./samples.ts";

/** Claims: the right jobs, in order, within every limit, each by one claimer. */
export function describeStoreClaims(make: StoreMaker): void {
  describe("claim", () => {
    test("gives jobs by priority down, then in enqueue order, at most as many as asked", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({
        enqueue: [sampleJob("a"), sampleJob("b", { priority: -1 }), sampleJob("c", { priority: 5 })],
      });
      await store.commit({ enqueue: [sampleJob("d"), sampleJob("e", { priority: 5 })] });
      expect((await claim({ max: 3 })).map(({ key }) => key)).toEqual(["c", "e", "a"]);
      expect((await claim({ max: 0 })).map(({ key }) => key)).toEqual([]);
      expect((await claim()).map(({ key }) => key)).toEqual(["d", "b"]);
    });

    test("gives the job as it was enqueued, with the number of tries", async () => {
      const { store, claim } = await openFixture(make);
      const job = sampleJob("a", { dims: { model: "größe 🧩", agent: "codex" } });
      await store.commit({ enqueue: [job] });
      const [lease] = await claim();
      expect(lease).toMatchObject({ queue: "effects", key: "a", dims: job.dims, effect: job.effect, tries: 1 });
    });

    test("keeps the queues apart", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({
        enqueue: [sampleJob("quick", { exclusive: "x" }), sampleJob("long", { queue: "attempts", exclusive: "x" })],
      });
      expect((await claim({ queue: "attempts" })).map(({ key }) => key)).toEqual(["long"]);
      expect((await claim()).map(({ key }) => key)).toEqual(["quick"]);
    });

    test("hides a job until notBefore, to the millisecond", async () => {
      const { store, claim, clock } = await openFixture(make);
      const notBefore = clock.now() + 1000;
      await store.commit({ enqueue: [sampleJob("later", { notBefore, priority: 9 }), sampleJob("now")] });
      expect((await claim()).map(({ key }) => key)).toEqual(["now"]);
      expect(await claim({ now: notBefore - 1 })).toEqual([]);
      expect((await claim({ now: notBefore })).map(({ key }) => key)).toEqual(["later"]);
    });

    test("runs one job per exclusive key at a time, also within one claim", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({
        enqueue: ["a", "b", "c"].map((key) => sampleJob(key, { exclusive: key === "c" ? "y" : "x" })),
      });
      const [first, ...others] = await claim();
      expect(first?.key).toBe("a");
      expect(others.map(({ key }) => key)).toEqual(["c"]);
      expect(await claim({ host: "there" })).toEqual([]);
      if (first === undefined) expect.unreachable();
      await store.commit({ holding: first, settle: { as: "complete" } });
      expect((await claim()).map(({ key }) => key)).toEqual(["b"]);
    });

    test("keeps to the limits of every dimension at once, over all hosts", async () => {
      const { store, claim } = await openFixture(make);
      const combinations = ["codex", "other"].flatMap((agent) => ["big", "small"].map((model) => ({ agent, model })));
      const jobs = Array.from({ length: 10 }, (_, round) => combinations.map((dims) => ({ dims, round }))).flat();
      await store.commit({
        enqueue: jobs.map(({ dims, round }) => sampleJob(`${dims.agent} ${dims.model} ${round}`, { dims })),
      });
      const caps: Dims = { codex: "3", big: "2" };
      const limits = (_: string, value: string): number => Number(caps[value] ?? Number.POSITIVE_INFINITY);
      const running = [...(await claim({ max: 2, limits })), ...(await claim({ host: "there", limits }))];
      expect(running.filter(({ dims }) => dims["agent"] === "codex")).toHaveLength(3);
      expect(running.filter(({ dims }) => dims["model"] === "big")).toHaveLength(2);
      expect(running.filter(({ dims }) => dims["agent"] === "other" && dims["model"] === "small")).toHaveLength(10);
      expect(await claim({ limits })).toEqual([]);
    });

    test("frees a limit with each settlement, and skips to what still fits", async () => {
      const { store, claim } = await openFixture(make);
      const one = (dimension: string): number => (dimension === "agent" ? 1 : Number.POSITIVE_INFINITY);
      await store.commit({
        enqueue: ["a", "a", "b"].map((agent, index) =>
          sampleJob(`${agent}${index}`, { dims: { agent }, priority: -index }),
        ),
      });
      const running = await claim({ limits: one });
      expect(running.map(({ key }) => key)).toEqual(["a0", "b2"]);
      const [first] = running;
      if (first === undefined) expect.unreachable();
      await store.commit({ holding: first, settle: { as: "dead", error: "gone" } });
      expect((await claim({ limits: one })).map(({ key }) => key)).toEqual(["a1"]);
    });

    test("a limit of 0 never claims, a dimension without a limit is free", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({
        enqueue: [sampleJob("a", { dims: { agent: "absent" } }), sampleJob("b", { dims: { agent: "here" } })],
      });
      const limits = (_: string, value: string): number => (value === "absent" ? 0 : Number.POSITIVE_INFINITY);
      expect((await claim({ limits })).map(({ key }) => key)).toEqual(["b"]);
    });

    test("never gives a job to two of many claimers", async () => {
      const { store, claim } = await openFixture(make);
      await store.commit({ enqueue: Array.from({ length: 200 }, (_, index) => sampleJob(`job ${index}`)) });
      const claims = await Promise.all(
        Array.from({ length: 60 }, (_, index) => claim({ max: 1 + (index % 7), host: `host ${index % 3}` })),
      );
      const keys = claims.flat().map(({ key }) => key);
      expect(keys).toHaveLength(200);
      expect(new Set(keys).size).toBe(200);
    });
  });
}
