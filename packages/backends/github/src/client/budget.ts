import { orchError, type Clock, type RequestBudget, type RequestLane } from "@orch/core";

const MOST_AT_A_TIME = 10;
/** GitHub allows about 80 writes that make content per minute. */
const MOST_WRITES_PER_MINUTE = 75;
const MINUTE_MS = 60_000;
const LANES: readonly RequestLane[] = ["dispatch", "status", "housekeeping"];

/** What requests have to pass: the most urgent first, few at a time, none while a limit holds. */
export interface Budget {
  /** Runs a request in its turn. @throws `forge_limited` at once while a limit holds. */
  inTurn<Result>(lane: RequestLane, run: () => Promise<Result>): Promise<Result>;
  /** Before a write: counts it. @throws `forge_limited` when a minute has had too many. */
  write(): void;
  /** What an answer's headers say of the limits. */
  heard(headers: Readonly<Record<string, string | number | undefined>>, how: { readonly unchanged: boolean }): void;
  pause(until: number): void;
  view(): RequestBudget;
}

/** Makes the account of one client. */
export function createBudget(clock: Clock): Budget {
  const turns = createTurns();
  let writes: number[] = [];
  let used = 0;
  let unchanged = 0;
  let known: Pick<RequestBudget, "remaining" | "limit" | "resetsAt"> = {};
  let pausedUntil = 0;

  function refuseWhilePaused(): void {
    if (pausedUntil <= clock.now()) return;
    throw orchError("forge_limited", "GitHub takes no more requests for now", {
      hint: "orch goes on by itself; orch status shows when.",
      details: { retryAt: pausedUntil },
    });
  }

  return {
    async inTurn(lane, run) {
      refuseWhilePaused();
      await turns.enter(lane);
      try {
        refuseWhilePaused();
        return await run();
      } finally {
        turns.leave();
      }
    },
    write() {
      const since = clock.now() - MINUTE_MS;
      writes = writes.filter((at) => at > since);
      const [first] = writes;
      if (first !== undefined && writes.length >= MOST_WRITES_PER_MINUTE) {
        throw orchError("forge_limited", "orch wrote as much to GitHub as a minute allows", {
          details: { retryAt: first + MINUTE_MS },
        });
      }
      writes.push(clock.now());
    },
    heard(headers, how) {
      if (how.unchanged) unchanged += 1;
      else used += 1;
      const [remaining, limit, reset] = ["remaining", "limit", "reset"].map((name) => headers[`x-ratelimit-${name}`]);
      if (remaining === undefined || String(headers["x-ratelimit-resource"] ?? "core") !== "core") return;
      known = { remaining: Number(remaining), limit: Number(limit), resetsAt: Number(reset) * 1000 };
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    view: () => ({
      used,
      unchanged,
      points: 0,
      ...known,
      ...(pausedUntil > clock.now() ? { pausedUntil } : {}),
    }),
  };
}

/** Lets few in at a time, the most urgent lane first. */
function createTurns(): { enter(lane: RequestLane): Promise<void>; leave(): void } {
  const waiting: Readonly<Record<RequestLane, (() => void)[]>> = { dispatch: [], status: [], housekeeping: [] };
  let running = 0;
  return {
    async enter(lane) {
      if (running >= MOST_AT_A_TIME) await new Promise<void>((resolve) => waiting[lane].push(resolve));
      else running += 1;
    },
    leave() {
      const next = LANES.map((lane) => waiting[lane])
        .find((queue) => queue.length > 0)
        ?.shift();
      // Whoever waits takes the place over.
      if (next === undefined) running -= 1;
      else next();
    },
  };
}
