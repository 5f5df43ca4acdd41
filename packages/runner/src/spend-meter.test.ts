import {
  internalTaskId,
  noUsage,
  parseProjectId,
  sessionIdOf,
  silentLogger,
  unwrap,
  type Attempt,
  type AttemptRef,
  type SessionEvent,
  type SessionId,
  type StopRequest,
} from "@orch/core";
import { array, assert, asyncProperty, integer } from "fast-check";
import { expect, test } from "vitest";

import { createSpendMeter, type SpendMeter } from "./spend-meter.ts";

const project = unwrap(parseProjectId("acme/app"));
const refOf = (number: number): AttemptRef => ({ project, id: internalTaskId(number), attempt: 1 });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface House {
  readonly meter: SpendMeter;
  readonly stopped: { readonly id: SessionId; readonly how: StopRequest }[];
  readonly ended: Set<string>;
}

/** Sessions that use what they are told, a turn of the loop for each, until they are stopped. */
function openHouse(uses: ReadonlyMap<SessionId, readonly number[]>): House {
  const stopped: House["stopped"] = [];
  const ended = new Set<string>();
  async function* follow(id: SessionId): AsyncGenerator<SessionEvent> {
    for (const [index, inputTokens] of (uses.get(id) ?? []).entries()) {
      if (stopped.some((one) => one.id === id)) return;
      const usage = { ...noUsage, inputTokens };
      yield { seq: index + 1, at: 0, kind: "agent", event: { type: "usage", usage } };
      for (let rest = 0; rest < 5; rest += 1) await turn();
    }
  }
  const meter = createSpendMeter({
    logger: silentLogger,
    sessions: {
      follow,
      stop: (id: SessionId, how: StopRequest) => Promise.resolve(void stopped.push({ id, how })),
    } as never,
    store: {
      attempt: (ref: AttemptRef) => Promise.resolve(ended.has(ref.id) ? ({ phase: "finished" } as Attempt) : undefined),
    } as never,
  });
  return { meter, stopped, ended };
}

test("agents that share a cap pass it by no more than one use of each, and each is stopped once", async () => {
  const agents = array(array(integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 5,
  });
  await assert(
    asyncProperty(agents, integer({ min: 1, max: 1500 }), async (all, cap) => {
      const ids = all.map((_, index) => sessionIdOf(refOf(index + 1), "agent"));
      const { meter, stopped } = openHouse(new Map(ids.map((id, index) => [id, all[index] ?? []])));
      const exhausted = async (): Promise<string | undefined> =>
        (await meter.open()).tokens >= cap ? "used up" : undefined;
      const signal = new AbortController().signal;
      await Promise.all(
        ids.map((session, index) => meter.follow({ ref: refOf(index + 1), session, pricing: {}, exhausted }, signal)),
      );
      const { tokens } = await meter.open("acme/app");
      const whole = all.flat().reduce((sum, one) => sum + one, 0);
      expect(tokens).toBeLessThanOrEqual(Math.min(whole, cap + 100 * all.length));
      expect(new Set(stopped.map(({ id }) => id)).size).toBe(stopped.length);
      for (const { how } of stopped) expect(how).toEqual({ mode: "interrupt", why: "used up", cause: "budget" });
    }),
    { numRuns: 40 },
  );
});

test("what an attempt used is open until the store counts it, and others' projects don't count", async () => {
  const { meter, ended } = openHouse(new Map());
  meter.note(refOf(1), { ...noUsage, inputTokens: 30, outputTokens: 12, cachedInputTokens: 10, costUsd: 0.5 });
  expect(await meter.open()).toEqual({ tokens: 32, usd: 0.5 });
  expect(await meter.open("other/app")).toEqual({ tokens: 0, usd: 0 });
  ended.add(refOf(1).id);
  expect(await meter.open("acme/app")).toEqual({ tokens: 0, usd: 0 });
});
