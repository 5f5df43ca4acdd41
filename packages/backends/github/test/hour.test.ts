import { expect, test } from "vitest";

import { openTown } from "./hour.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test(
  "at rest with webhooks, pull requests waiting, at most sixty reads an hour, all of them unchanged",
  { timeout: 120_000 },
  async () => {
    await using town = await openTown({ sessions: 3, webhooks: true, idle: true });
    const before = await town.pass(50 * MINUTE_MS);
    expect(before.writes).toBeGreaterThan(9);
    const tasks = await town.loop.store.tasks({ project: town.loop.forge.project, limit: 10 });
    expect(tasks.map(({ status }) => status)).toEqual(["in_review", "in_review", "in_review"]);
    const { unchanged, reads, writes, points } = await town.pass(HOUR_MS);
    expect({ reads, writes }).toEqual({ reads: 0, writes: 0 });
    expect(unchanged).toBeLessThanOrEqual(60);
    expect(points).toBeLessThanOrEqual(3);
  },
);

test("five sessions for an hour, polled: a fifth of the published points is enough", { timeout: 180_000 }, async () => {
  await using town = await openTown({ sessions: 5, webhooks: false });
  const { merged, points, reads, writes } = await town.pass(HOUR_MS);
  expect(merged).toBeGreaterThanOrEqual(5);
  // Published for five sessions: 260 points. Reads are what counts against the hour's 5,000 requests, with writes.
  expect(points).toBeLessThanOrEqual(120);
  expect(reads + writes).toBeLessThanOrEqual(500);
});
