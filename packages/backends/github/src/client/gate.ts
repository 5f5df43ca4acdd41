import { orchError, type RequestLane } from "@orch/core";

import type { BackOff } from "./back-off.ts";
import type { Ask, Limits } from "./limits.ts";

/** Lets requests out: the most urgent first, so many at a time, none that a limit or a failing forge forbids. */
export interface Gate {
  /** @throws `forge_limited`, `forge_unreachable` at once instead of waiting, with `details.retryAt` */
  pass<Value>(ask: Ask, send: () => Promise<Value>): Promise<Value>;
}

const LANES: readonly RequestLane[] = ["dispatch", "status", "housekeeping"];

/** An open gate. */
export function createGate(parts: { limits: Limits; backOff: BackOff; concurrent: number }): Gate {
  const { limits, backOff, concurrent } = parts;
  const waiting = new Map<RequestLane, (() => void)[]>(LANES.map((lane) => [lane, []]));
  let active = 0;

  function admit(ask: Ask): void {
    const limited = limits.blockedUntil(ask);
    if (limited !== undefined) {
      limits.turnedAway();
      throw limitedUntil(limited);
    }
    const failing = backOff.blockedUntil();
    if (failing === undefined) return;
    limits.turnedAway();
    throw orchError("forge_unreachable", "GitHub failed several times in a row and is left alone for a while", {
      hint: "See https://www.githubstatus.com and the network of this machine.",
      details: { retryAt: failing },
    });
  }
  async function enter(lane: RequestLane): Promise<void> {
    if (active < concurrent) {
      active += 1;
      return;
    }
    await new Promise<void>((resolve) => waiting.get(lane)?.push(resolve));
  }
  function leave(): void {
    const next = LANES.map((lane) => waiting.get(lane) ?? [])
      .find((list) => list.length > 0)
      ?.shift();
    if (next === undefined) active -= 1;
    else next();
  }

  return {
    async pass(ask, send) {
      admit(ask);
      await enter(ask.lane);
      try {
        // What was allowed before the wait may not be any more.
        admit(ask);
        limits.sent(ask);
        backOff.sent();
        return await send();
      } finally {
        leave();
      }
    },
  };
}

/** The error of a request that has to wait until then (epoch milliseconds). */
export function limitedUntil(retryAt: number): Error {
  return orchError("forge_limited", `GitHub takes no more of these requests until ${new Date(retryAt).toISOString()}`, {
    hint: "orch goes on by itself; `orch doctor` shows how much is left.",
    details: { retryAt },
  });
}
