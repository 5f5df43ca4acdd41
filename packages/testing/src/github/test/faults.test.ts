import { expect, test } from "vitest";

import { client, clone, github, listener, refusal, steadyClient } from "./clients.ts";

const AT = { owner: "octo", repo: "sample" };

test("limits are told as GitHub tells them, and the plugins wait them out", async () => {
  const standIn = await github();
  const { client: octo, waits } = steadyClient(standIn);
  standIn.faults.next({ do: "secondary-limit", retryAfterSeconds: 1 });
  await octo.issues.create({ ...AT, title: "One" });
  standIn.faults.next({ do: "primary-limit", resetInSeconds: 1 });
  await octo.issues.listForRepo({ ...AT });
  expect(waits).toEqual(["secondary 1", expect.stringMatching(/^primary [123]$/)]);
  standIn.faults.next({ do: "status", status: 502 }, ({ path }) => path.endsWith("/issues/1"));
  expect((await octo.issues.get({ ...AT, issue_number: 1 })).data.title).toBe("One");
  expect((await octo.rateLimit.get()).data.resources.core.limit).toBe(5000);
});

test("the hour's requests run out, and writes have their own limit", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const standIn = await github({ limits: { core: 5, writesPerMinute: 2 }, clock: () => now });
  const octo = client(standIn);
  await octo.issues.create({ ...AT, title: "One" });
  await octo.issues.create({ ...AT, title: "Two" });
  expect((await refusal(octo.issues.create({ ...AT, title: "Three" }))).message).toContain("secondary rate limit");
  now += 61_000;
  for (const title of ["Three", "Four"]) await octo.issues.create({ ...AT, title });
  await octo.issues.get({ ...AT, issue_number: 1 });
  expect(await refusal(octo.issues.get({ ...AT, issue_number: 1 }))).toMatchObject({
    status: 403,
    message: expect.stringContaining("API rate limit exceeded") as string,
  });
  now += 3_600_000;
  expect((await octo.issues.get({ ...AT, issue_number: 1 })).status).toBe(200);
  standIn.limits.leave("octo", "core", { remaining: 0, resetInSeconds: 60 });
  expect((await refusal(octo.issues.get({ ...AT, issue_number: 1 }))).status).toBe(403);
});

test("a connection is cut before the write, or after it", async () => {
  const standIn = await github();
  const octo = client(standIn);
  const isCreate = ({ method }: { method: string }): boolean => method === "POST";
  standIn.faults.next({ do: "cut", when: "before" }, isCreate);
  expect((await refusal(octo.issues.create({ ...AT, title: "Lost" }))).status).toBe(500);
  standIn.faults.next({ do: "cut", when: "after" }, isCreate);
  expect((await refusal(octo.issues.create({ ...AT, title: "Written" }))).status).toBe(500);
  standIn.faults.next({ do: "status", status: 503, after: true }, isCreate);
  expect((await refusal(octo.issues.create({ ...AT, title: "Written too" }))).status).toBe(503);
  const { data: issues } = await octo.issues.listForRepo({ ...AT });
  expect(issues.map(({ title }) => title)).toEqual(["Written too", "Written"]);
  expect(standIn.requests().map(({ status }) => status)).toEqual([0, 0, 503, 200]);

  const work = await clone(standIn, "octo/sample");
  const sha = await work.commit("more", { "more.txt": "1\n" });
  standIn.faults.next({ do: "cut", when: "after" }, ({ path }) => path.endsWith("/git-receive-pack"));
  await expect(work.git("push", "--quiet", "origin", "main")).rejects.toThrow();
  expect((await octo.repos.getBranch({ ...AT, branch: "main" })).data.commit.sha).toBe(sha);
});

test("a fault for each request, until it is cleared", async () => {
  const standIn = await github();
  const octo = client(standIn);
  const gate = Promise.withResolvers<void>();
  standIn.faults.next({ do: "hold", until: gate.promise });
  const held = octo.issues.listForRepo({ ...AT });
  gate.resolve();
  expect((await held).data).toEqual([]);
  standIn.faults.decide(({ path }) => (path.includes("/issues") ? { do: "status", status: 500 } : undefined));
  expect((await refusal(octo.issues.listForRepo({ ...AT }))).status).toBe(500);
  expect((await octo.repos.get({ ...AT })).status).toBe(200);
  standIn.faults.clear();
  expect((await octo.issues.listForRepo({ ...AT })).status).toBe(200);
});

test("webhooks are lost, doubled, turned round, forged", async () => {
  const standIn = await github();
  const octo = client(standIn);
  const hook = await listener("s3cret");
  await octo.repos.createWebhook({
    ...AT,
    config: { url: hook.url, secret: "s3cret" },
    events: ["issues", "issue_comment"],
  });
  const { webhooks } = standIn;
  webhooks.next("lose", { event: "issues.opened" });
  await octo.issues.create({ ...AT, title: "Unheard" });
  webhooks.next("double", { event: "issue_comment" });
  await octo.issues.createComment({ ...AT, issue_number: 1, body: "twice" });
  await webhooks.settled();
  expect(hook.heard).toEqual(["ping", "issue_comment.created", "issue_comment.created"]);
  expect(hook.ids[1]).toBe(hook.ids[2]);

  webhooks.next("hold", { times: 2 });
  await octo.issues.update({ ...AT, issue_number: 1, state: "closed" });
  await octo.issues.update({ ...AT, issue_number: 1, state: "open" });
  await webhooks.settled();
  expect(hook.heard).toHaveLength(3);
  webhooks.release("reversed");
  await webhooks.settled();
  expect(hook.heard.slice(3)).toEqual(["issues.reopened", "issues.closed"]);

  const payload = { action: "opened" };
  expect(await webhooks.forge({ url: hook.url, event: "issues", payload })).toBe(401);
  expect(await webhooks.forge({ url: hook.url, event: "issues", payload, signature: "sha1=00" })).toBe(401);
  expect(hook.refused()).toBe(2);

  const lost = webhooks.deliveries().find(({ outcome }) => outcome === "lost");
  await webhooks.redeliver(lost?.id ?? 0);
  expect(hook.ids.at(-1)).toBe(lost?.guid);
  const { data: hooks } = await octo.repos.listWebhooks({ ...AT });
  await octo.repos.deleteWebhook({ ...AT, hook_id: hooks[0]?.id ?? 0 });
  await octo.issues.create({ ...AT, title: "Nobody listens" });
  await webhooks.settled();
  expect(hook.heard).toHaveLength(6);
});
