import {
  parseCommitSha,
  parseProjectId,
  unwrap,
  type CommitResult,
  type Json,
  type Store,
  type Task,
} from "@orch/core";
import { describe, expect, test } from "vitest";

import { openFixture, type StoreMaker } from "./fixture.ts";
import {
  sampleAttempt,
  sampleEvent,
  sampleProject,
  sampleReceipt,
  sampleRef,
  sampleStep,
  sampleTask,
} from "./samples.ts";

const otherProject = unwrap(parseProjectId("acme/other"));

async function putAll(store: Store, tasks: readonly Task[]): Promise<void> {
  for (const task of tasks) await store.commit({ writes: [{ kind: "task:put", task }] });
}

/** Reads: what was written, filtered, ordered and summed as the port says. */
export function describeStoreReads(make: StoreMaker): void {
  describe("reads", () => {
    test("nothing is there that was not written", async () => {
      const { store } = await openFixture(make);
      const ref = { ...sampleRef(), attempt: 1 };
      expect(await store.task(ref)).toBeUndefined();
      expect(await store.attempt(ref)).toBeUndefined();
      expect(await store.cursor("poll")).toBeUndefined();
      expect(await store.attempts(ref)).toEqual([]);
      expect(await store.steps(ref)).toEqual([]);
      expect(await store.receipts(ref)).toEqual([]);
      expect(await store.dependents(ref)).toEqual([]);
      expect(await store.taskCounts()).toEqual({});
      expect(await store.metrics({ name: "tokens", since: 0 })).toEqual([]);
    });

    test("a task written again is replaced", async () => {
      const { store } = await openFixture(make);
      const later = sampleTask(1, { status: "blocked", waitingFor: [sampleRef(2).id], version: 2 });
      await putAll(store, [sampleTask(1), later]);
      expect(await store.task(sampleRef())).toEqual(later);
      expect(await store.tasks({ limit: 9 })).toEqual([later]);
    });

    test("tasks are listed newest first, by all conditions of the filter", async () => {
      const { store } = await openFixture(make);
      const parent = sampleRef(1).id;
      await putAll(store, [
        sampleTask(1),
        sampleTask(2, { status: "new", parent }),
        sampleTask(3, { status: "cancelled", why: "no", source: { kind: "cron" } }),
        sampleTask(1, { status: "new", project: otherProject, source: { kind: "cron" } }),
        sampleTask(4, { status: "cancelled", why: "no", parent }),
      ]);
      await putAll(store, [sampleTask(1, { status: "new", version: 2 })]);
      const list = async (filter: Partial<Parameters<Store["tasks"]>[0]>): Promise<readonly string[]> =>
        (await store.tasks({ limit: 9, ...filter })).map(({ project, id }) => `${project}#${id}`);
      expect(await list({})).toEqual([
        "acme/app#int-4",
        "acme/other#int-1",
        "acme/app#int-3",
        "acme/app#int-2",
        "acme/app#int-1",
      ]);
      expect(await list({ limit: 2 })).toEqual(["acme/app#int-4", "acme/other#int-1"]);
      expect(await list({ project: otherProject })).toEqual(["acme/other#int-1"]);
      expect(await list({ statuses: ["cancelled", "done"] })).toEqual(["acme/app#int-4", "acme/app#int-3"]);
      expect(await list({ statuses: [] })).toEqual([]);
      expect(await list({ source: "cron" })).toEqual(["acme/other#int-1", "acme/app#int-3"]);
      expect(await list({ parent, statuses: ["new"], project: sampleProject })).toEqual(["acme/app#int-2"]);
      expect(await store.taskCounts()).toEqual({ new: 3, cancelled: 2 });
      expect(await store.taskCounts(otherProject)).toEqual({ new: 1 });
    });

    test("dependents are the tasks of the project that name the task now", async () => {
      const { store } = await openFixture(make);
      const dependsOn = [sampleRef(1).id];
      const both = [sampleRef(1).id, sampleRef(2).id];
      await putAll(store, [
        sampleTask(2, { status: "new", dependsOn: both }),
        sampleTask(3, { status: "new", dependsOn }),
        sampleTask(4, { status: "new", dependsOn, project: otherProject }),
        sampleTask(5),
      ]);
      expect(await store.dependents(sampleRef(1))).toEqual([sampleRef(2), sampleRef(3)]);
      await putAll(store, [sampleTask(3, { status: "new", dependsOn: [sampleRef(5).id] })]);
      expect(await store.dependents(sampleRef(1))).toEqual([sampleRef(2)]);
      expect(await store.dependents(sampleRef(5))).toEqual([sampleRef(3)]);
    });

    test("attempts come oldest first and are replaced as a whole", async () => {
      const { store } = await openFixture(make);
      const [first, second] = [1, 2].map((attempt) => sampleAttempt({ ...sampleRef(), attempt }));
      if (first === undefined || second === undefined) expect.unreachable();
      const { verdict: _, ...unjudged } = second;
      for (const attempt of [unjudged, first, second]) {
        await store.commit({ writes: [{ kind: "attempt:put", attempt }] });
      }
      expect(await store.attempts(sampleRef())).toEqual([first, second]);
      expect(await store.attempt({ ...sampleRef(), attempt: 2 })).toEqual(second);
      expect(await store.attempts(sampleRef(2))).toEqual([]);
    });

    test("steps come in the order of their start, also when one is written again", async () => {
      const { store } = await openFixture(make);
      const ref = { ...sampleRef(), attempt: 1 };
      const prepare = sampleStep(ref, { step: "prepare", startedAt: 5 });
      const prompt = sampleStep(ref, { step: "prompt", startedAt: 6, output: { files: ["ä", null, 1.5] } });
      const launch = sampleStep(ref, { step: "launch", startedAt: 6 });
      const prepared = { ...prepare, state: "done", endedAt: 6, output: { path: "/clone" } } as const;
      for (const step of [prepare, prompt, launch, prepared]) {
        await store.commit({ writes: [{ kind: "step:put", step }] });
      }
      expect(await store.steps(ref)).toEqual([prepared, prompt, launch]);
      expect(await store.steps({ ...ref, attempt: 2 })).toEqual([]);
    });

    test("receipts are one per check and commit, the newest run of each", async () => {
      const { store } = await openFixture(make);
      const attempt = { ...sampleRef(), attempt: 1 };
      const commit = unwrap(parseCommitSha("c".repeat(40)));
      const red = sampleReceipt("test", { exitCode: 1 });
      const green = sampleReceipt("test");
      const lint = sampleReceipt("lint");
      const elsewhere = sampleReceipt("test", { commit });
      for (const receipt of [red, lint, green, elsewhere]) {
        await store.commit({ writes: [{ kind: "receipt:put", attempt, receipt }] });
      }
      expect(await store.receipts(attempt)).toEqual([green, lint, elsewhere]);
    });

    test("events are read in order from any point, of all tasks or of one", async () => {
      const { store } = await openFixture(make);
      const other = sampleRef(2);
      await store.commit({ events: ["a", "b", "c"].map((key) => sampleEvent(key)) });
      await store.commit({ events: [sampleEvent("d", { ...other, status: "done", at: 7 }), sampleEvent("e")] });
      const all = await store.events({ after: 0, limit: 9 });
      expect(all.map(({ key }) => key)).toEqual(["a", "b", "c", "d", "e"]);
      expect(all[3]).toMatchObject({ ...other, key: "d", at: 7, actor: "cli:tester", status: "done" });
      expect(all[3]?.event).toEqual(sampleEvent("d").event);
      const after = all[1]?.seq ?? 0;
      expect((await store.events({ after, limit: 2 })).map(({ key }) => key)).toEqual(["c", "d"]);
      expect((await store.events({ after, limit: 9, task: sampleRef() })).map(({ key }) => key)).toEqual(["c", "e"]);
      expect(await store.events({ after: all[4]?.seq ?? 0, limit: 9 })).toEqual([]);
    });

    test("a cursor holds the last value of any JSON shape", async () => {
      const { store } = await openFixture(make);
      for (const value of [1, "zwei", null, false, [1, { a: "ö" }], { etag: "x", pages: [1, 2] }]) {
        await store.commit({ writes: [{ kind: "cursor:put", name: "poll", value }] });
        expect(await store.cursor("poll")).toEqual(value);
      }
      expect(await store.cursor("other")).toBeUndefined();
    });

    test("a cursor is changed only where it still has the value that somebody read", async () => {
      const { store } = await openFixture(make);
      const put = (value: Json, was: Json): Promise<CommitResult> =>
        store.commit({ writes: [{ kind: "cursor:put", name: "poll", value, was }] });
      expect(await put({ a: [1], b: 2 }, null)).toMatchObject({ ok: true });
      expect(await put("late", null)).toEqual({ ok: false, why: "conflict" });
      expect(await put("other", { a: [1] })).toEqual({ ok: false, why: "conflict" });
      expect(await store.cursor("poll")).toEqual({ a: [1], b: 2 });
      expect(await put("next", { b: 2, a: [1] })).toMatchObject({ ok: true });
      expect(await store.cursor("poll")).toBe("next");
    });

    test("metrics are summed per name and dimensions, from a time on", async () => {
      const { store } = await openFixture(make);
      const add = (name: string, dims: Readonly<Record<string, string>>, [value, at]: readonly [number, number]) =>
        store.commit({ writes: [{ kind: "metric:add", name, dims, value, at }] });
      await add("tokens", { agent: "codex", model: "big" }, [10, 1]);
      await add("tokens", { model: "big", agent: "codex" }, [5, 2]);
      await add("tokens", { agent: "codex", model: "big" }, [0.5, 3]);
      await add("tokens", { agent: "other" }, [-2, 3]);
      await add("cost", { agent: "codex" }, [7, 3]);
      const sums = await store.metrics({ name: "tokens", since: 2 });
      expect(sums).toHaveLength(2);
      expect(sums).toContainEqual({ name: "tokens", dims: { agent: "codex", model: "big" }, sum: 5.5, count: 2 });
      expect(sums).toContainEqual({ name: "tokens", dims: { agent: "other" }, sum: -2, count: 1 });
    });
  });
}
