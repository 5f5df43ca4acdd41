import { parseCommitSha, parseProjectId, unwrap, type Clock, type Deliveries, type NewDelivery } from "@orch/core";
import { describe, expect, onTestFinished, test } from "vitest";

import { createFakeClock } from "../fake-clock.ts";
import { tempFolder } from "../temp-folder.ts";

const project = unwrap(parseProjectId("acme/app"));
const DAY_MS = 86_400_000;
const HOLD_MS = 60_000;
const start = Date.UTC(2026, 0, 1);

/** Opens the record that lives in a folder; the same folder again, after it was closed, is the same record. */
export type DeliveriesMaker = (place: {
  readonly folder: string;
  readonly clock: Clock;
}) => Promise<Deliveries & AsyncDisposable>;

function sample(name: string, over: Partial<NewDelivery> = {}): NewDelivery {
  return {
    source: "github",
    delivery: name,
    event: "issues",
    action: "opened",
    payloadHash: `hash of ${name}`,
    repository: "Acme/App",
    hook: "17",
    hints: [{ project, about: "issue", number: 4 }],
    receivedAt: start,
    ...over,
  };
}

function reserve(deliveries: Deliveries, delivery: NewDelivery): ReturnType<Deliveries["reserve"]> {
  const now = delivery.receivedAt;
  return deliveries.reserve({ delivery, heldUntil: now + HOLD_MS, samePayloadSince: now - DAY_MS });
}

/** Reserves one that has to be new; gives its id. */
async function reserved(deliveries: Deliveries, delivery: NewDelivery): Promise<number> {
  const answer = await reserve(deliveries, delivery);
  if (answer.kind !== "reserved") expect.fail(`${delivery.delivery} is a ${answer.kind}`);
  return answer.delivery.id;
}

/** The contract of the `Deliveries` port. */
export function describeDeliveries(name: string, { make }: { readonly make: DeliveriesMaker }): void {
  async function open(folder?: string): Promise<Deliveries & AsyncDisposable> {
    const place = { folder: folder ?? (await tempFolder("deliveries")), clock: createFakeClock() };
    const deliveries = await make(place);
    onTestFinished(() => deliveries[Symbol.asyncDispose]());
    return deliveries;
  }

  describe(`Deliveries contract: ${name}`, () => {
    test("a delivery is kept as it came, with and without what may be absent", async () => {
      const deliveries = await open();
      const commit = unwrap(parseCommitSha("a".repeat(40)));
      const whole = sample("a", { hints: [{ project, about: "commit", commit }] });
      const bare: NewDelivery = {
        source: "github",
        delivery: "b",
        event: "ping",
        payloadHash: "h",
        hints: [],
        receivedAt: start,
      };
      // Ids count upwards in a new record.
      expect(await reserve(deliveries, whole)).toMatchObject({ kind: "reserved", delivery: whole });
      await reserved(deliveries, bare);
      const state = { state: "received", tries: 1, notBefore: start + HOLD_MS };
      expect(await deliveries.list({ limit: 9 })).toEqual([
        { ...bare, ...state, id: 2 },
        { ...whole, ...state, id: 1 },
      ]);
      expect(await deliveries.find({ source: "github", delivery: "c" })).toBeUndefined();
      expect(await deliveries.find({ source: "elsewhere", delivery: "a" })).toBeUndefined();
    });

    test("one that was processed, or is worked on, is a duplicate", async () => {
      const deliveries = await open();
      const id = await reserved(deliveries, sample("a"));
      expect(await reserve(deliveries, sample("a"))).toMatchObject({
        kind: "duplicate",
        of: { id, state: "received" },
      });
      await deliveries.settle({ id, now: start + 1, as: "processed" });
      const later = sample("a", { receivedAt: start + 90 * DAY_MS });
      expect(await reserve(deliveries, later)).toMatchObject({ kind: "duplicate", of: { state: "processed" } });
      expect(await deliveries.list({ limit: 9 })).toHaveLength(1);
    });

    test.each(["ignored", "failed"] as const)(
      "one that was %s can be reserved again, as if it were new",
      async (as) => {
        const deliveries = await open();
        const id = await reserved(deliveries, sample("a"));
        await deliveries.settle({ id, now: start + 1, as, error: "no" });
        expect(await deliveries.find(sample("a"))).toMatchObject({ state: as, error: "no", settledAt: start + 1 });
        const again = sample("a", { hints: [{ project, about: "pull", number: 5 }], receivedAt: start + 2 });
        const answer = await reserve(deliveries, again);
        expect(answer).toMatchObject({ kind: "reserved", delivery: { ...again, id, state: "received", tries: 1 } });
        expect(answer).not.toHaveProperty("delivery.error");
      },
    );

    test("one that waits, or whose holder is gone, can be reserved again, and that is another try", async () => {
      const deliveries = await open();
      const id = await reserved(deliveries, sample("a"));
      await deliveries.settle({ id, now: start, as: "retry", notBefore: start + 5000, error: "busy" });
      expect(await reserve(deliveries, sample("a"))).toMatchObject({ kind: "reserved", delivery: { id, tries: 2 } });
      const late = sample("a", { receivedAt: start + HOLD_MS });
      expect(await reserve(deliveries, late)).toMatchObject({ kind: "reserved", delivery: { id, tries: 3 } });
    });

    test("the same body under another name counts once it was processed, and not for ever", async () => {
      const deliveries = await open();
      const twin = (name: string, receivedAt: number): NewDelivery => sample(name, { payloadHash: "same", receivedAt });
      const failed = await reserved(deliveries, twin("a", start));
      await deliveries.settle({ id: failed, now: start, as: "failed", error: "no" });
      const id = await reserved(deliveries, twin("b", start + 1));
      await deliveries.settle({ id, now: start + 1, as: "processed" });
      expect(await reserve(deliveries, twin("c", start + 2))).toMatchObject({ kind: "same_payload", of: { id } });
      expect(await reserve(deliveries, twin("c", start + 3))).toMatchObject({ kind: "duplicate" });
      await reserved(deliveries, twin("d", start + 2 + DAY_MS + 1));
    });

    test("what waits is claimed when its time has come, oldest first, by one at a time", async () => {
      const deliveries = await open();
      for (const [name, notBefore] of [
        ["a", start + 20],
        ["b", start + 10],
        ["c", start + 30],
      ] as const) {
        const id = await reserved(deliveries, sample(name));
        await deliveries.settle({ id, now: start, as: "retry", notBefore, error: "busy" });
      }
      await reserved(deliveries, sample("held"));
      const claim = async (now: number, limit = 9): Promise<readonly string[]> =>
        (await deliveries.claim({ now, heldUntil: now + HOLD_MS, limit })).map(
          ({ delivery, tries }) => `${delivery} ${tries}`,
        );
      expect(await claim(start + 9)).toEqual([]);
      expect(await claim(start + 20, 1)).toEqual(["a 2"]);
      expect(await claim(start + 20)).toEqual(["b 2"]);
      expect(await claim(start + HOLD_MS)).toEqual(["c 2", "held 2"]);
    });

    test("after a crash everything that was held is due, and what was waiting still waits", async () => {
      const folder = await tempFolder("deliveries");
      const before = await open(folder);
      await reserved(before, sample("held"));
      const waiting = await reserved(before, sample("waiting"));
      await before.settle({ id: waiting, now: start, as: "retry", notBefore: start + 10_000, error: "busy" });
      await before[Symbol.asyncDispose]();
      const after = await open(folder);
      expect(await after.adopt(start + 1)).toBe(1);
      const claimed = await after.claim({ now: start + 1, heldUntil: start + HOLD_MS, limit: 9 });
      expect(claimed.map(({ delivery }) => delivery)).toEqual(["held"]);
      expect(claimed[0]?.hints).toEqual(sample("held").hints);
    });

    test("a person makes a failed or waiting one due at once, and no other", async () => {
      const deliveries = await open();
      const retry = (delivery: string): ReturnType<Deliveries["retry"]> => deliveries.retry({ delivery, now: start });
      const id = await reserved(deliveries, sample("a"));
      expect(await retry("a")).toBeUndefined();
      await deliveries.settle({ id, now: start, as: "failed", error: "no" });
      expect(await retry("a")).toMatchObject({ id, state: "received", tries: 0, error: "no" });
      expect(await deliveries.claim({ now: start, heldUntil: start + 1, limit: 9 })).toMatchObject([{ id, tries: 1 }]);
      await deliveries.settle({ id, now: start, as: "processed" });
      expect(await retry("a")).toBeUndefined();
      expect(await retry("b")).toBeUndefined();
    });

    test("figures count what came since a moment", async () => {
      const deliveries = await open();
      expect(await deliveries.statistics(0)).toEqual({
        total: 0,
        byState: { received: 0, processed: 0, ignored: 0, failed: 0 },
        byEvent: {},
        retried: 0,
      });
      await reserved(deliveries, sample("old"));
      const now = start + DAY_MS;
      const states = ["processed", "processed", "failed"] as const;
      for (const [index, as] of states.entries()) {
        const event = index === 0 ? "push" : "issues";
        const id = await reserved(deliveries, sample(`new ${index}`, { receivedAt: now + index, event }));
        await deliveries.settle(as === "failed" ? { id, now, as, error: "no" } : { id, now, as });
      }
      const waiting = await reserved(deliveries, sample("twice", { receivedAt: now }));
      await deliveries.settle({ id: waiting, now, as: "retry", notBefore: now, error: "busy" });
      await deliveries.claim({ now, heldUntil: now + HOLD_MS, limit: 1 });
      expect(await deliveries.statistics(now)).toMatchObject({
        total: 4,
        byState: { received: 1, processed: 2, ignored: 0, failed: 1 },
        byEvent: { push: 1, issues: 3 },
        lastReceivedAt: now + 2,
      });
      expect((await deliveries.statistics(0)).retried).toBe(1);
      expect(await deliveries.list({ states: ["failed"], limit: 9 })).toMatchObject([{ delivery: "new 2" }]);
    });

    test("hooks are told with the repository they told of last", async () => {
      const deliveries = await open();
      await reserved(deliveries, sample("a", { hook: "app", repository: "acme/app" }));
      await reserved(deliveries, sample("b", { hook: "app", repository: "acme/site", receivedAt: start + 1 }));
      const { repository: _, ...nameless } = sample("c", { receivedAt: start + 2 });
      await reserved(deliveries, nameless);
      await reserved(deliveries, sample("d", { hook: "9", receivedAt: start + 3 }));
      expect(await deliveries.hooks(start)).toEqual([
        { hook: "9", repository: "Acme/App" },
        { hook: "app", repository: "acme/site" },
      ]);
      expect(await deliveries.hooks(start + 2)).toEqual([{ hook: "9", repository: "Acme/App" }]);
    });

    test("old ones are forgotten, by age and by number", async () => {
      const deliveries = await open();
      for (let index = 0; index < 10; index += 1)
        await reserved(deliveries, sample(`${index}`, { receivedAt: start + index }));
      expect(await deliveries.prune({ before: start + 3, keep: 100 })).toBe(3);
      expect(await deliveries.prune({ before: 0, keep: 2 })).toBe(5);
      expect((await deliveries.list({ limit: 9 })).map(({ delivery }) => delivery)).toEqual(["9", "8"]);
    });
  });
}
