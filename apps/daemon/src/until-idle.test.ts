import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { untilIdle } from "./until-idle.ts";

test("a daemon stays while it works, is listened to or asked, and ten seconds more", async () => {
  const clock = createFakeClock();
  let requests = 0;
  const api = { requests: () => requests, streams: 0 };
  let resting = true;
  let ended = false;
  const end = new AbortController();
  const waited = untilIdle({ api, engine: { idle: async () => resting } }, { clock, signal: end.signal });
  void waited.then(() => (ended = true));
  const tenSecondsAfter = async (what: () => void): Promise<void> => {
    what();
    await clock.advance(9_000);
    expect(ended).toBe(false);
  };
  await tenSecondsAfter(() => undefined);
  await tenSecondsAfter(() => (requests += 1));
  await tenSecondsAfter(() => (api.streams = 1));
  await clock.advance(20_000);
  await tenSecondsAfter(() => (api.streams = 0));
  await tenSecondsAfter(() => (resting = false));
  await clock.advance(20_000);
  await tenSecondsAfter(() => (resting = true));
  await clock.advance(2_000);
  expect(ended).toBe(true);
});

test("a daemon that is told to end does not wait", async () => {
  const clock = createFakeClock();
  const end = new AbortController();
  const busy = { api: { requests: () => 0, streams: 1 }, engine: { idle: async () => false } };
  const waited = untilIdle(busy, { clock, signal: end.signal });
  end.abort();
  await waited;
  expect(clock.monotonic()).toBe(0);
});
