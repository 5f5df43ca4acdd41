import type { Clock, RequestBudget, RequestLane } from "@orch/core";

/** What a request is to GitHub's limits. */
export interface Ask {
  readonly lane: RequestLane;
  readonly resource: "core" | "graphql";
  /** It makes or changes something. */
  readonly writes: boolean;
  /** It makes what people are told of: an issue, a comment, a pull request, a review. */
  readonly creates: boolean;
}

/** What an answer said about the limits. */
export interface Heard {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** What GitHub's limits allow at this moment. */
export interface Limits {
  /** Until when (epoch milliseconds) such a request has to wait; undefined: it may go now. */
  blockedUntil(ask: Ask): number | undefined;
  /** Counts a request that is being sent. */
  sent(ask: Ask): void;
  /** Counts a request that is not sent. */
  turnedAway(): void;
  /** Takes in an answer. When it was refused for a limit: until when to wait. */
  heard(ask: Ask, answer: Heard & { readonly refusedForLimit: boolean }): number | undefined;
  /** Counts points of GraphQL. */
  spent(points: number): void;
  budget(): RequestBudget;
}

interface Window {
  readonly limit: number;
  readonly remaining: number;
  readonly resetsAt: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** GitHub's limits on bursts: of every write a minute, and of what people are told of an hour. */
const WRITES = { writes: { within: MINUTE_MS, most: 80 }, creates: { within: HOUR_MS, most: 500 } } as const;
/** The share of the hour's requests that is kept for more urgent lanes. */
const KEPT: Readonly<Record<RequestLane, number>> = { dispatch: 0, status: 0.02, housekeeping: 0.1 };
const PAUSE = { first: MINUTE_MS, most: 15 * MINUTE_MS };

/** Limits of which nothing is known yet. */
export function createLimits(clock: Clock): Limits {
  const windows = createWindows(clock);
  const writes = createWrites(clock);
  let [used, unchanged, points, pausedUntil, hits, turnedAway] = [0, 0, 0, 0, 0, 0];
  const lanes: Record<RequestLane, number> = { dispatch: 0, status: 0, housekeeping: 0 };

  /** GitHub names the end of a pause, or the end of its window; else we wait longer each time. */
  function pauseAfter(ask: Ask, { headers }: Heard): number {
    const now = clock.now();
    const seconds = Number(headers["retry-after"]);
    if (seconds > 0) return now + seconds * 1000;
    const usedUp = windows.usedUpUntil(ask.resource);
    if (usedUp !== undefined) return usedUp;
    hits += 1;
    return now + Math.min(PAUSE.first * 2 ** (hits - 1), PAUSE.most);
  }

  return {
    blockedUntil(ask) {
      const until = Math.max(pausedUntil, windows.blockedUntil(ask), writes.blockedUntil(ask));
      return until > clock.now() ? until : undefined;
    },
    sent(ask) {
      lanes[ask.lane] += 1;
      writes.sent(ask);
    },
    turnedAway: () => void (turnedAway += 1),
    heard(ask, answer) {
      if (answer.status === 304) unchanged += 1;
      else if (ask.resource === "core") used += 1;
      windows.heard(ask.resource, answer);
      if (!answer.refusedForLimit) {
        if (answer.status < 400) hits = 0;
        return undefined;
      }
      const until = pauseAfter(ask, answer);
      // A used-up window holds for one kind of request, and by itself.
      if (windows.usedUpUntil(ask.resource) === undefined) pausedUntil = Math.max(pausedUntil, until);
      return until;
    },
    spent: (cost) => void (points += cost),
    budget() {
      const until = Math.max(pausedUntil, windows.usedUpUntil("core") ?? 0);
      const paused = until > clock.now() ? { pausedUntil: until } : {};
      const graphql = windows.known("graphql");
      const counted = { used, unchanged, points, sent: { ...lanes }, turnedAway };
      return { ...counted, ...windows.known("core"), ...(graphql === undefined ? {} : { graphql }), ...paused };
    },
  };
}

interface Windows {
  heard(resource: Ask["resource"], answer: Heard): void;
  known(resource: Ask["resource"]): Window | undefined;
  /** The end of a window of which nothing is left. */
  usedUpUntil(resource: Ask["resource"]): number | undefined;
  /** The end of a window whose rest is kept for more urgent requests; 0: this one may go. */
  blockedUntil(ask: Ask): number;
}

/** What is left of each hour, as GitHub said last. */
function createWindows(clock: Clock): Windows {
  const windows = new Map<Ask["resource"], Window>();
  const current = (resource: Ask["resource"]): Window | undefined => {
    const window = windows.get(resource);
    return window === undefined || window.resetsAt <= clock.now() ? undefined : window;
  };
  return {
    heard(resource, answer) {
      const window = windowIn(answer);
      if (window !== undefined) windows.set(resource, window);
    },
    known: (resource) => windows.get(resource),
    usedUpUntil(resource) {
      const window = current(resource);
      return window?.remaining === 0 ? window.resetsAt : undefined;
    },
    blockedUntil({ lane, resource }) {
      const window = current(resource);
      if (window === undefined) return 0;
      return window.remaining <= window.limit * KEPT[lane] ? window.resetsAt : 0;
    },
  };
}

/** Counts what is written, and what is made. */
function createWrites(clock: Clock): { sent(ask: Ask): void; blockedUntil(ask: Ask): number } {
  const kinds = Object.entries(WRITES).map(([kind, limit]) => ({
    ...limit,
    isMeant: (ask: Ask) => (kind === "writes" ? ask.writes : ask.creates),
    times: [] as readonly number[],
  }));
  return {
    sent(ask) {
      const now = clock.now();
      for (const kind of kinds)
        if (kind.isMeant(ask)) kind.times = [...kind.times.filter((at) => at > now - kind.within), now];
    },
    blockedUntil(ask) {
      const now = clock.now();
      const ends = kinds.map(({ within, most, isMeant, times }) => {
        const first = isMeant(ask) ? times.filter((at) => at > now - within).at(-most) : undefined;
        return first === undefined ? 0 : first + within;
      });
      return Math.max(...ends);
    },
  };
}

function windowIn({ headers }: Heard): Window | undefined {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) =>
    Number(headers[`x-ratelimit-${name}`]),
  );
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  const isWhole = [limit, remaining, reset].every((value) => Number.isFinite(value));
  return isWhole ? { limit, remaining, resetsAt: reset * 1000 } : undefined;
}
