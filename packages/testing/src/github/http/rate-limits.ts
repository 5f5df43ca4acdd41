import type { Json } from "./api.ts";
import { Refusal } from "./refusal.ts";

/** The limits that are kept; each per person or installation. */
export interface LimitSettings {
  /** REST requests an hour (5,000). Answers 304 are free. */
  readonly core?: number;
  /** GraphQL points an hour (5,000); a query is one here. */
  readonly graphql?: number;
  /** Writes a minute before the secondary limit (no limit unless set; GitHub's is 80). */
  readonly writesPerMinute?: number;
}

interface Window {
  used: number;
  resetAt: number;
}

/** Counts requests and refuses the ones beyond. */
export interface RateLimits {
  /** Refuses when nothing is left. @throws Refusal 403 */
  admit(who: string, kind: "core" | "graphql", isWrite: boolean): void;
  /** Counts one request. */
  count(who: string, kind: "core" | "graphql"): void;
  /** The `x-ratelimit-*` headers. */
  headers(who: string, kind: "core" | "graphql"): Record<string, string>;
  /** The body of `GET /rate_limit`. */
  report(who: string): Json;
  /** Leaves only this much until the window's end. */
  leave(who: string, kind: "core" | "graphql", left: { remaining: number; resetInSeconds: number }): void;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Limits as GitHub's, on the stand-in's clock. */
export function createRateLimits(settings: LimitSettings, now: () => number): RateLimits {
  const windows = new Map<string, Window>();
  const writes = new Map<string, number[]>();
  const limits = { core: settings.core ?? 5000, graphql: settings.graphql ?? 5000 };

  function windowOf(who: string, kind: "core" | "graphql"): Window {
    const key = `${kind} ${who}`;
    const known = windows.get(key);
    if (known !== undefined && known.resetAt > now()) return known;
    const fresh = { used: 0, resetAt: now() + HOUR_MS };
    windows.set(key, fresh);
    return fresh;
  }
  function headers(who: string, kind: "core" | "graphql"): Record<string, string> {
    const { used, resetAt } = windowOf(who, kind);
    return {
      "x-ratelimit-limit": String(limits[kind]),
      "x-ratelimit-remaining": String(Math.max(limits[kind] - used, 0)),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
      "x-ratelimit-used": String(used),
      "x-ratelimit-resource": kind,
    };
  }
  function checkWrites(who: string): void {
    if (settings.writesPerMinute === undefined) return;
    const recent = (writes.get(who) ?? []).filter((at) => at > now() - MINUTE_MS);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= settings.writesPerMinute) {
      throw secondaryLimit(Math.ceil((oldest + MINUTE_MS - now()) / 1000));
    }
    writes.set(who, [...recent, now()]);
  }

  return {
    admit(who, kind, isWrite) {
      if (windowOf(who, kind).used >= limits[kind]) throw primaryLimit(who, headers(who, kind));
      if (isWrite) checkWrites(who);
    },
    count(who, kind) {
      windowOf(who, kind).used += 1;
    },
    headers,
    report(who) {
      const of = (kind: "core" | "graphql"): Json => {
        const { used, resetAt } = windowOf(who, kind);
        const remaining = Math.max(limits[kind] - used, 0);
        return { limit: limits[kind], used, remaining, reset: Math.ceil(resetAt / 1000), resource: kind };
      };
      const search = {
        limit: 30,
        used: 0,
        remaining: 30,
        reset: Math.ceil((now() + MINUTE_MS) / 1000),
        resource: "search",
      };
      return { resources: { core: of("core"), graphql: of("graphql"), search }, rate: of("core") };
    },
    leave(who, kind, { remaining, resetInSeconds }) {
      windows.set(`${kind} ${who}`, { used: limits[kind] - remaining, resetAt: now() + resetInSeconds * 1000 });
    },
  };
}

/** GitHub's refusal when the hour's requests are used up. */
export function primaryLimit(who: string, headers: Record<string, string>): Refusal {
  return new Refusal(403, `API rate limit exceeded for ${who}.`, { headers });
}

/** GitHub's refusal of too many writes in a short time. */
export function secondaryLimit(retryAfterSeconds: number, status = 403): Refusal {
  const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  return new Refusal(status, message, { headers: { "retry-after": String(retryAfterSeconds) } });
}
