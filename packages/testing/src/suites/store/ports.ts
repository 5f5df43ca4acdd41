import { describe, expect, test } from "vitest";

import { openFixture, type StoreMaker } from "./fixture.ts";
import { sampleRef } from "./samples.ts";

const [first, second] = [sampleRef(1), sampleRef(2)];

/** Ports of tasks: never one to two of them. */
export function describeStorePorts(make: StoreMaker): void {
  describe("ports", () => {
    test("a task's ports are its own until they are freed", async () => {
      const { store } = await openFixture(make);
      const block = { first: 20_010, count: 10 };
      expect(await store.commit({ writes: [{ kind: "ports:lease", task: first, block }] })).toMatchObject({ ok: true });
      expect(await store.portLeases()).toEqual([{ ...first, ...block }]);
      expect(await store.portLeases(second)).toEqual([]);
      await store.commit({ writes: [{ kind: "ports:free", task: first }] });
      expect(await store.portLeases()).toEqual([]);
    });

    test.each([
      { block: { first: 20_019, count: 1 }, task: second, why: "one port in common" },
      { block: { first: 20_005, count: 40 }, task: second, why: "all ports in common" },
      { block: { first: 30_000, count: 10 }, task: first, why: "a second block of one task" },
    ])("$why is a conflict, and nothing of the unit happens", async ({ block, task }) => {
      const { store } = await openFixture(make);
      const known = { first: 20_010, count: 10 };
      await store.commit({ writes: [{ kind: "ports:lease", task: first, block: known }] });
      const writes = [
        { kind: "cursor:put", name: "poll", value: 1 },
        { kind: "ports:lease", task, block },
      ] as const;
      expect(await store.commit({ writes })).toEqual({ ok: false, why: "conflict" });
      expect(await store.cursor("poll")).toBeUndefined();
      expect(await store.portLeases()).toEqual([{ ...first, ...known }]);
    });

    test("blocks next to each other are listed from the lowest on, and freeing nothing is harmless", async () => {
      const { store } = await openFixture(make);
      const lease = async (task: typeof first, from: number): Promise<unknown> =>
        store.commit({ writes: [{ kind: "ports:lease", task, block: { first: from, count: 10 } }] });
      await lease(first, 20_010);
      await lease(second, 20_000);
      await store.commit({ writes: [{ kind: "ports:free", task: sampleRef(3) }] });
      expect((await store.portLeases()).map((each) => each.first)).toEqual([20_000, 20_010]);
    });
  });
}
