import { internalTaskId, parseProjectId, unwrap, type Lease, type Settlement, type Store } from "@orch/core";
import { createFakeClock, type FakeClock } from "@orch/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { openStore } from "../src/index.ts";
import { createJobsModel, type JobsModel, type ModelLease } from "./jobs-model.ts";

interface Real {
  readonly store: Store;
  readonly clock: FakeClock;
  /** Every lease ever given, old ones too: the next settlement may be a zombie's. */
  readonly leases: Lease[];
}

type Command = fc.AsyncCommand<JobsModel, Real>;

const task = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(1) };
const LEASE_MS = 100;

function command(name: string, run: (model: JobsModel, real: Real) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

function seen(leases: readonly Lease[]): readonly ModelLease[] {
  return leases.map(({ key, fence, tries }) => ({ key, fence, tries }));
}

const enqueue = fc
  .record({
    key: fc.integer({ min: 0, max: 15 }).map((number) => `job ${number}`),
    exclusive: fc.constantFrom("x", "y", "z", "own"),
    agent: fc.constantFrom("codex", "other"),
    priority: fc.integer({ min: -1, max: 1 }),
    delay: fc.constantFrom(0, 0, 50, 250),
  })
  .map(({ key, exclusive, agent, priority, delay }) =>
    command(`enqueue ${key}`, async (model, { store, clock }) => {
      const notBefore = delay === 0 ? 0 : clock.now() + delay;
      const own = exclusive === "own" ? key : exclusive;
      model.enqueue({ key, exclusive: own, agent, priority, notBefore });
      const effect = { kind: "task:route", task, round: 1 } as const;
      const job = { queue: "effects", key, exclusive: own, dims: { agent }, priority, notBefore, effect } as const;
      await store.commit({ enqueue: [job] });
    }),
  );

const claim = fc
  .record({
    host: fc.constantFrom("a", "b"),
    max: fc.integer({ min: 0, max: 4 }),
    perAgent: fc.constantFrom(0, 1, 2, 9),
  })
  .map(({ host, max, perAgent }) =>
    command(`${host} claims ${max}`, async (model, { store, clock, leases }) => {
      const request = { host, max, now: clock.now(), leaseMs: LEASE_MS };
      const got = await store.claim({ ...request, queue: "effects", limits: () => perAgent });
      expect(seen(got)).toEqual(model.claim({ ...request, perAgent }));
      leases.push(...got);
    }),
  );

const settle = fc
  .record({ which: fc.nat(), as: fc.constantFrom("complete" as const, "retry" as const, "dead" as const) })
  .map(({ which, as }) =>
    command(`settle as ${as}`, async (model, { store, clock, leases }) => {
      const holding = leases[which % Math.max(leases.length, 1)];
      if (holding === undefined) return;
      const settlement: Settlement = as === "complete" ? { as } : { as, error: "planted", notBefore: clock.now() + 60 };
      const result = await store.commit({ holding, settle: settlement });
      expect(result.ok).toBe(model.settle(holding, settlement));
    }),
  );

const heartbeat = fc.constant(
  command("heartbeat", async (model, { store, clock, leases }) => {
    const { lost } = await store.heartbeat({ tokens: leases, leaseMs: LEASE_MS, now: clock.now() });
    const expected = new Set<unknown>(model.heartbeat(leases, clock.now() + LEASE_MS));
    expect(lost).toEqual(leases.filter((lease) => expected.has(lease)));
  }),
);

const adopt = fc.constantFrom("a", "b").map((host) =>
  command(`${host} adopts`, async (model, { store, clock, leases }) => {
    const adopted = await store.adopt({ host, leaseMs: LEASE_MS, now: clock.now() });
    expect(seen(adopted)).toEqual(model.adopt(host, clock.now() + LEASE_MS));
    leases.push(...adopted);
  }),
);

const pass = fc.constantFrom(1, 40, 100, 300).map((ms) =>
  command(`${ms} ms pass`, async (model, { store, clock }) => {
    await clock.advance(ms);
    expect(await store.nextDue("effects")).toBe(model.nextDue(clock.now()));
    expect(await store.expireLeases(clock.now())).toBe(model.expire(clock.now()));
  }),
);

const states = ["queued", "running", "done", "dead"] as const;

test("jobs do what the model does, whatever happens in whatever order", { timeout: 120_000 }, async () => {
  const commands = fc.commands([enqueue, enqueue, claim, claim, settle, heartbeat, adopt, pass], { maxCommands: 60 });
  await fc.assert(
    fc.asyncProperty(commands, async (run) => {
      const clock = createFakeClock();
      await using store = await openStore({ path: ":memory:", clock });
      const model = createJobsModel();
      await fc.asyncModelRun(() => ({ model, real: { store, clock, leases: [] } }), run);
      const views = await store.jobs({ states, limit: 100 });
      expect(views.map(({ key, state, tries, notBefore }) => ({ key, state, tries, notBefore })).toReversed()).toEqual(
        model.jobs.map(({ key, state, tries, notBefore }) => ({ key, state, tries, notBefore })),
      );
    }),
    { numRuns: 150 },
  );
});
