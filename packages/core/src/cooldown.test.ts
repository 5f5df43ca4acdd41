import { expect, test } from "vitest";

import {
  cooldownAfter,
  coolingDown,
  LONGEST_WAIT_MS,
  parseAgentName,
  unwrap,
  verdictOf,
  withCooldown,
  type Assignment,
  type Cooldown,
  type Reason,
} from "./index.ts";

const agent = unwrap(parseAgentName("codex"));
const assignment: Assignment = { agent, model: "big", complexity: "medium", why: "test" };
const minute = 60_000;

function after(reason: Reason, retryAt?: number, more: Partial<Assignment> = {}): Cooldown | undefined {
  return cooldownAfter(verdictOf(reason, "x", retryAt), { assignment: { ...assignment, ...more }, now: 1000 });
}

test("limits and logins rest the account for 30 minutes, a missing model rests alone for 60", () => {
  expect(after("rate_limited")).toEqual({
    agent,
    reason: "rate_limited",
    since: 1000,
    until: 1000 + 30 * minute,
    timed: false,
  });
  expect(after("auth")?.until).toBe(1000 + 30 * minute);
  expect(after("model_unavailable")).toMatchObject({ model: "big", until: 1000 + 60 * minute });
  const { model: _model, ...own } = assignment;
  expect(cooldownAfter(verdictOf("model_unavailable", "x"), { assignment: own, now: 0 })).toMatchObject({
    model: "default",
  });
  expect(after("checks_failed")).toBeUndefined();
  expect(cooldownAfter({ kind: "pass" }, { assignment, now: 0 })).toBeUndefined();
});

test("a time that the service names wins, but not for ever", () => {
  expect(after("usage_limited", 5_000)).toMatchObject({ until: 5_000, timed: true });
  expect(after("usage_limited", 10 * LONGEST_WAIT_MS)).toMatchObject({ until: 1000 + LONGEST_WAIT_MS, timed: true });
  expect(after("rate_limited", 500)).toMatchObject({ until: 1000 + 30 * minute, timed: false });
});

test("accounts and models rest by themselves", () => {
  const known = [after("rate_limited", undefined, { account: "work" }), after("model_unavailable")].filter(
    (cooldown) => cooldown !== undefined,
  );
  const rests = (target: { account?: string; model?: string }, now = 2000): Reason | undefined =>
    coolingDown(known, { target: { agent, ...target }, now })?.reason;
  expect(rests({ account: "work" })).toBe("rate_limited");
  expect(rests({ account: "home" })).toBeUndefined();
  expect(rests({ model: "big" })).toBe("model_unavailable");
  expect(rests({ model: "small" })).toBeUndefined();
  expect(rests({})).toBeUndefined();
  expect(rests({ account: "work" }, 1000 + 30 * minute)).toBeUndefined();
});

test("a new rest takes the place of the old one, and what is long over is forgotten", () => {
  const first = { agent, reason: "rate_limited", since: 1000, until: 2000, timed: true } as const;
  const later = { ...first, since: 3000, until: 4000 };
  expect(withCooldown([first], later)).toEqual([later]);
  const shorter = { ...later, reason: "usage_limited", since: 3500, until: 3600 } as const;
  expect(withCooldown([later], shorter)).toEqual([later]);
  const other = { ...first, account: "work", since: LONGEST_WAIT_MS + 5000, until: LONGEST_WAIT_MS + 6000 };
  expect(withCooldown([first, later], other)).toEqual([other]);
});
