import { expect, test } from "vitest";

import { syncInterval } from "./sync-interval.ts";

const settings = { syncMs: 120_000, fallbackSyncMs: 30_000 };

test.each([
  [{ mode: "webhooks" }, settings, 120_000],
  [{ mode: "polling", why: "disabled" }, settings, 30_000],
  [{ mode: "polling", why: "unreachable" }, settings, 30_000],
  [{ mode: "polling", why: "disabled" }, { syncMs: 10_000, fallbackSyncMs: 30_000 }, 10_000],
] as const)("with %j of %j a forge is asked every %i ms", (health, intervals, ms) => {
  expect(syncInterval(health, intervals)).toBe(ms);
});
