import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { createLimits } from "../src/client/limits.ts";
import { MARK_READY } from "../src/client/queries.ts";
import { AT, failureOf, openClient, readIn } from "./client-bench.ts";

test("the hour's limit: what was refused says when, nothing else goes out until then, and then it does", async () => {
  const { standIn, clock, client, asked } = await openClient();
  standIn.faults.next({ do: "primary-limit", resetInSeconds: 600 });
  expect(await failureOf(readIn(client, "dispatch"), clock)).toEqual(["forge_limited", 600]);
  expect(client.budget()).toMatchObject({ remaining: 0, limit: 5000, pausedUntil: clock.now() + 600_000 });
  asked();
  await clock.advance(300_000);
  for (const lane of ["dispatch", "status", "housekeeping"] as const)
    expect(await failureOf(readIn(client, lane), clock)).toEqual(["forge_limited", 300]);
  expect(asked()).toEqual([]);
  expect(client.budget().turnedAway).toBe(3);
  // GraphQL's points are counted for themselves.
  expect(await failureOf(client.graphql("dispatch", "{ viewer { login } }", {}), clock)).toEqual(["none"]);
  await clock.advance(300_000);
  expect(await readIn(client, "housekeeping")).toBe("octo/sample");
  expect(client.budget()).not.toHaveProperty("pausedUntil");
});

test.each([403, 429] as const)("a limit on bursts (%i) stops everything for as long as it says", async (status) => {
  const { standIn, clock, client, asked } = await openClient();
  await readIn(client, "dispatch");
  standIn.faults.next({ do: "secondary-limit", retryAfterSeconds: 30, status });
  expect(await failureOf(readIn(client, "status"), clock)).toEqual(["forge_limited", 30]);
  asked();
  expect(await failureOf(readIn(client, "dispatch"), clock)).toEqual(["forge_limited", 30]);
  expect(await failureOf(client.graphql("dispatch", "{ viewer { login } }", {}), clock)).toEqual(["forge_limited", 30]);
  expect(asked()).toEqual([]);
  await clock.advance(30_000);
  expect(await readIn(client, "dispatch")).toBe("octo/sample");
});

test("one that does not say how long is given a minute, then two, and one again after an answer", async () => {
  const { standIn, clock, client } = await openClient();
  const limit = { do: "secondary-limit", retryAfterSeconds: 0 } as const;
  for (const seconds of [60, 120, 240]) {
    standIn.faults.next(limit);
    expect(await failureOf(readIn(client, "dispatch"), clock)).toEqual(["forge_limited", seconds]);
    await clock.advance(seconds * 1000);
  }
  await readIn(client, "dispatch");
  standIn.faults.next(limit);
  expect(await failureOf(readIn(client, "dispatch"), clock)).toEqual(["forge_limited", 60]);
});

test("the last of an hour is for what is urgent", async () => {
  const { standIn, clock, client } = await openClient();
  const outcomes = async (remaining: number): Promise<readonly string[]> => {
    await clock.advance(3_600_000);
    standIn.limits.leave("octo", "core", { remaining, resetInSeconds: 3_600 });
    // Only an answer tells how much is left.
    await client.rest("dispatch").issues.listForRepo({ ...AT, labels: `asked ${remaining}` });
    const each = ["dispatch", "status", "housekeeping"] as const;
    return Promise.all(each.map(async (lane) => (await failureOf(readIn(client, lane), clock))[0]));
  };
  expect(await outcomes(600)).toEqual(["none", "none", "none"]);
  expect(await outcomes(400)).toEqual(["none", "none", "forge_limited"]);
  expect(await outcomes(90)).toEqual(["none", "forge_limited", "forge_limited"]);
  expect(await outcomes(1)).toEqual(["forge_limited", "forge_limited", "forge_limited"]);
});

test("six go at a time; of those that wait the most urgent goes first", async () => {
  const { standIn, client } = await openClient();
  const held: (() => void)[] = [];
  standIn.faults.decide(() => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.push(resolve);
    return { do: "hold", until: promise };
  });
  const page = (lane: "dispatch" | "status" | "housekeeping", number: number): Promise<unknown> =>
    client.rest(lane).issues.listForRepo({ ...AT, page: number });
  const first = [1, 2, 3, 4, 5, 6].map((number) => page("housekeeping", number));
  const later = [page("housekeeping", 9), page("status", 8), page("dispatch", 7)];
  for (let under = 6; under < 9; under += 1) {
    await expect.poll(() => held.length).toBe(under);
    held[under - 6]?.();
  }
  await expect.poll(() => held.length).toBe(9);
  for (const release of held) release();
  await Promise.all([...first, ...later]);
  expect(
    standIn
      .requests()
      .slice(6)
      .map(({ path }) => /page=(\d)/.exec(path)?.[1]),
  ).toEqual(["7", "8", "9"]);
  expect(client.budget().sent).toEqual({ dispatch: 1, status: 1, housekeeping: 7 });
});

test("at most 80 things are made in a minute; reading goes on", async () => {
  const { clock, client, asked } = await openClient();
  const rest = client.rest("status");
  for (let count = 0; count < 80; count += 1)
    await rest.issues.createLabel({ ...AT, name: `label ${count}`, color: "ffffff" });
  asked();
  const more = (): Promise<unknown> => rest.issues.createLabel({ ...AT, name: "one more", color: "ffffff" });
  expect(await failureOf(more(), clock)).toEqual(["forge_limited", 60]);
  expect(asked()).toEqual([]);
  await readIn(client, "housekeeping");
  await clock.advance(60_000);
  await more();
  expect(client.budget().sent.status).toBe(81);
});

test("in an hour at most 500 things are made that people are told of; labels and merges go on", () => {
  const clock = createFakeClock();
  const limits = createLimits(clock);
  const write = { lane: "dispatch", resource: "core", writes: true, creates: false } as const;
  const comment = { ...write, creates: true };
  for (let count = 0; count < 500; count += 1) {
    limits.sent(comment);
    void clock.advance(1000);
  }
  expect(limits.blockedUntil(comment)).toBe(clock.now() - 500_000 + 3_600_000);
  expect(limits.blockedUntil(write)).toBeUndefined();
});

test("what fails three times in a row is left alone, longer each time, until it answers", async () => {
  const { standIn, clock, client, asked } = await openClient();
  standIn.faults.decide(() => ({ do: "status", status: 502 }));
  for (let time = 0; time < 3; time += 1)
    expect(await failureOf(readIn(client, "dispatch"), clock)).toEqual(["forge_unreachable"]);
  asked();
  for (const seconds of [5, 10, 20, 40, 80, 160, 300, 300]) {
    expect(await failureOf(readIn(client, "dispatch"), clock)).toEqual(["forge_unreachable", seconds]);
    expect(asked()).toEqual([]);
    await clock.advance(seconds * 1000);
    // One goes to see, the others wait for it.
    const both = await Promise.all(
      [readIn(client, "dispatch"), readIn(client, "status")].map((one) => failureOf(one, clock)),
    );
    expect(both.map(([code]) => code)).toEqual(["forge_unreachable", "forge_unreachable"]);
    expect(asked()).toHaveLength(1);
  }
  standIn.faults.clear();
  await clock.advance(300_000);
  expect(await readIn(client, "dispatch")).toBe("octo/sample");
  expect(await readIn(client, "housekeeping")).toBe("octo/sample");
});

test("what was read is asked for with its tag: unchanged costs nothing, changed is seen", async () => {
  const { standIn, client, asked } = await openClient();
  const list = async (): Promise<readonly string[]> => {
    const { data } = await client.rest("status").issues.listLabelsForRepo({ ...AT, per_page: 100 });
    return data.map(({ name }) => name);
  };
  const first = await list();
  const { used, remaining } = client.budget();
  expect(await list()).toEqual(first);
  expect(asked().map(({ status }) => status)).toEqual([200, 304]);
  expect(client.budget()).toMatchObject({ used, remaining, unchanged: 1 });
  await client.rest("status").issues.createLabel({ ...AT, name: "fresh", color: "ffffff" });
  expect(await list()).toEqual(expect.arrayContaining([...first, "fresh"]));
  expect(asked().map(({ method, status }) => `${method} ${status}`)).toEqual(["POST 201", "GET 200"]);
  expect(standIn.requests().every(({ headers }) => headers["user-agent"]?.startsWith("orch") === true)).toBe(true);
});

test("GraphQL's points have a limit of their own", async () => {
  const { standIn, clock, client } = await openClient();
  standIn.limits.leave("octo", "graphql", { remaining: 0, resetInSeconds: 900 });
  expect(await failureOf(client.graphql("status", MARK_READY, { id: "nobody" }), clock)).toEqual([
    "forge_limited",
    900,
  ]);
  expect(client.budget()).toMatchObject({ graphql: { remaining: 0 } });
  expect(await readIn(client, "status")).toBe("octo/sample");
});
