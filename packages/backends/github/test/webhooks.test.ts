import { isOrchError, orchError, parseProjectId } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { recordedWebhooks } from "@orch/testing/github";
import { expect, test } from "vitest";

import { openIngress, project, repository, requestOf, send, sign, type Ingress, type Sent } from "./ingress.ts";

const LARGEST = 1024 * 1024;
const text = JSON.stringify({ action: "opened", issue: { number: 4 }, repository });

test("an event that GitHub signed becomes a hint, on both paths", async () => {
  const ingress = await openIngress();
  expect(await send(ingress, { delivery: "a" })).toBe("200 processed");
  const payload = { action: "created", issue: { number: 5, pull_request: { url: "…" } }, repository };
  expect(await send(ingress, { delivery: "b", path: "/github/webhook", event: "issue_comment", payload })).toBe(
    "200 processed",
  );
  expect(ingress.hints).toEqual([
    { project, about: "issue", number: 4 },
    { project, about: "pull", number: 5 },
  ]);
  expect(ingress.audit[0]).toEqual({
    ts: new Date(ingress.clock.now()).toISOString(),
    method: "POST",
    path: "/webhook",
    event: "issues",
    delivery: "a",
    status_code: 200,
    outcome: "processed",
    processed: 1,
    ignored: 0,
    retryable_failures: 0,
    error: null,
  });
});

/** Lets seconds pass, each with what happens in it. */
async function passed({ clock }: Ingress, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const big = "x".repeat(LARGEST + 1);
// Each is wrong in the named way and in all ways that are looked at later.
const late = { event: "NO", headers: { "x-hub-signature-256": "no" } } as const;
test.each<[string, Sent, string]>([
  ["another path", { path: "/webhooks", ...late }, "404 not_found"],
  ["the control interface", { path: "/v1/commands/stop", ...late }, "404 not_found"],
  ["another method", { method: "PUT" }, "405 method_not_allowed"],
  ["a length that is none", { ...late, headers: { ...late.headers, "content-length": "-1" } }, "400 bad_length"],
  [
    "a length that is too long",
    { ...late, headers: { ...late.headers, "content-length": `${LARGEST + 1}` } },
    "413 too_large",
  ],
  ["a body that is too long", { body: big, ...late }, "413 too_large"],
  ["no event", { body: "{", event: "NO", headers: { "x-hub-signature-256": "no" } }, "400 missing_event"],
  ["a wrong signature", { body: "{", headers: { "x-hub-signature-256": sign("[") } }, "401 bad_signature"],
  ["no JSON", { body: "{" }, "400 invalid_payload"],
  ["a look at the path", { method: "GET" }, "200 alive"],
])("%s is answered in the order of the gates", async (_, sent, answer) => {
  const ingress = await openIngress();
  expect(await send(ingress, { delivery: "a", ...sent })).toBe(answer);
  expect(ingress.hints).toEqual([]);
  expect(await ingress.store.deliveries.list({ limit: 9 })).toEqual([]);
});

const bytes = Buffer.from(text);
const forged: readonly (readonly [string, Sent])[] = [
  ["without a signature", { headers: { "x-hub-signature-256": undefined } }],
  ["with an empty one", { headers: { "x-hub-signature-256": "" } }],
  ["with only its kind", { headers: { "x-hub-signature-256": "sha256=" } }],
  [
    "with the old kind alone",
    { headers: { "x-hub-signature-256": undefined, "x-hub-signature": `sha1=${"a".repeat(40)}` } },
  ],
  ["with the old kind under the new name", { headers: { "x-hub-signature-256": `sha1=${"a".repeat(40)}` } }],
  ["without the kind", { headers: { "x-hub-signature-256": sign(text).slice(7) } }],
  ["with another kind", { headers: { "x-hub-signature-256": sign(text).replace("sha256", "sha512") } }],
  ["in upper case", { headers: { "x-hub-signature-256": sign(text).toUpperCase() } }],
  ["cut short", { headers: { "x-hub-signature-256": sign(text).slice(0, -1) } }],
  ["cut to a byte", { headers: { "x-hub-signature-256": sign(text).slice(0, 9) } }],
  ["too long", { headers: { "x-hub-signature-256": `${sign(text)}00` } }],
  ["with no hexadecimal digits", { headers: { "x-hub-signature-256": `sha256=${"z".repeat(64)}` } }],
  ["of zeros", { headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` } }],
  ["by another secret", { headers: { "x-hub-signature-256": sign(text, "another") } }],
  ["by an empty secret", { headers: { "x-hub-signature-256": sign(text, "") } }],
  ["of another body", { headers: { "x-hub-signature-256": sign(text.replace("4", "5")) } }],
  [
    "of the body written anew",
    { headers: { "x-hub-signature-256": sign(JSON.stringify(JSON.parse(text), undefined, 1)) } },
  ],
  [
    "of the body without its mark of order",
    { body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), headers: { "x-hub-signature-256": sign(text) } },
  ],
  ["of the same body with a line more", { body: `${text}\n`, headers: { "x-hub-signature-256": sign(text) } }],
  ["twice in one header", { headers: { "x-hub-signature-256": `${sign(text)}, ${sign(text)}` } }],
];

test.each(forged)("an event signed %s is refused, and nothing is kept of it", async (_, sent) => {
  const ingress = await openIngress();
  expect(await send(ingress, { delivery: "a", body: text, ...sent })).toBe("401 bad_signature");
  expect(ingress.hints).toEqual([]);
  expect(await ingress.store.deliveries.list({ limit: 9 })).toEqual([]);
  expect(ingress.audit).toMatchObject([{ outcome: "bad_signature", status_code: 401, delivery: "a", processed: 0 }]);
});

test("there are twenty forgeries", () => {
  expect(forged).toHaveLength(20);
});

test.each([
  ["no secret", { secrets: [] }],
  ["empty secrets", { secrets: ["", ""] }],
  ["no secret, allowed, but open to others", { secrets: [], allowUnsigned: true, host: "0.0.0.0" }],
  [
    "no secret, allowed, at a name that only looks local",
    { secrets: [], allowUnsigned: true, host: "127.0.0.1.example.com" },
  ],
])("it does not begin with %s", async (_, over) => {
  await expect(openIngress(over)).rejects.toSatisfy((thrown) => isOrchError(thrown, "config_invalid"));
});

test("on loopback it begins without a secret where that is allowed, and says so", async () => {
  const ingress = await openIngress({ secrets: [], allowUnsigned: true });
  expect(await send(ingress, { headers: { "x-hub-signature-256": undefined } })).toBe("200 processed");
  const health = await ingress.webhooks.fetch(new Request("http://127.0.0.1/health"));
  expect(await health.json()).toMatchObject({ signature_verification: "disabled" });
});

test("any of several secrets may have signed", async () => {
  const ingress = await openIngress({ secrets: ["old", "new"] });
  const signedBy = (secret: string, delivery: string): Promise<string> =>
    send(ingress, { delivery, body: text, headers: { "x-hub-signature-256": sign(text, secret) } });
  expect(await signedBy("new", "a")).toBe("200 processed");
  expect(await signedBy("old", "b")).toBe("200 duplicate_payload");
  expect(await signedBy("older", "c")).toBe("401 bad_signature");
});

test("every event that GitHub recorded is taken, and those of use say where to look", async () => {
  const ingress = await openIngress({
    projectOf: (name) => {
      const id = parseProjectId(name);
      return id.ok ? id.value : undefined;
    },
  });
  const counts = new Map<string, number>();
  for (const [index, { event, payload }] of recordedWebhooks().entries()) {
    const answer = await send(ingress, { event, payload, delivery: `${index}` });
    expect({ event, answer }).toEqual({ event, answer: expect.stringMatching(/^200 /) as string });
    if (answer === "200 processed") counts.set(event, (counts.get(event) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toMatchSnapshot();
});

test("an event of an unknown repository or installation is acknowledged, recorded and looked at again when it comes again", async () => {
  let isKnown = false;
  const ingress = await openIngress({ projectOf: () => (isKnown ? project : undefined), installations: [7] });
  expect(await send(ingress, { delivery: "a" })).toBe("200 ignored");
  isKnown = true;
  const payload = { issue: { number: 4 }, repository, installation: { id: 8 } };
  expect(await send(ingress, { delivery: "b", payload })).toBe("200 ignored");
  const kept = await ingress.store.deliveries.list({ limit: 9 });
  expect(kept.map(({ delivery, state, error }) => [delivery, state, error])).toEqual([
    ["b", "ignored", "unknown installation"],
    ["a", "ignored", "unknown repository"],
  ]);
  expect(ingress.hints).toEqual([]);
  expect(await send(ingress, { delivery: "a" })).toBe("200 processed");
  expect(await send(ingress, { delivery: "c", payload: { ...payload, installation: { id: 7 } } })).toBe(
    "200 processed",
  );
});

test("what comes twice is processed once, by its name and by its content for a day", async () => {
  const ingress = await openIngress();
  expect(await send(ingress, { delivery: "a" })).toBe("200 processed");
  expect(await send(ingress, { delivery: "a" })).toBe("200 duplicate_delivery");
  expect(await send(ingress, { delivery: "a", body: "{" })).toBe("200 duplicate_delivery");
  expect(await send(ingress, { delivery: "b" })).toBe("200 duplicate_payload");
  // Without a name there is only the content to know it by.
  expect(await send(ingress, {})).toBe("200 duplicate_payload");
  expect(ingress.hints).toHaveLength(1);
  await ingress.clock.advance(24 * 60 * 60 * 1000 + 1);
  expect(await send(ingress, {})).toBe("200 processed");
});

test("two that come at the same moment are processed once", async () => {
  const ingress = await openIngress();
  const gate = Promise.withResolvers<void>();
  ingress.look = () => gate.promise;
  const first = send(ingress, { delivery: "a" });
  const second = send(ingress, { delivery: "a" });
  expect(await second).toBe("200 duplicate_delivery");
  gate.resolve();
  expect(await first).toBe("200 processed");
  expect(ingress.hints).toHaveLength(1);
});

test("what fails is tried again after 5, 10, 20 and 40 seconds, then left to a person, who can have it tried again", async () => {
  const ingress = await openIngress();
  await ingress.webhooks.start();
  const tried: number[] = [];
  const start = ingress.clock.now();
  ingress.look = () => {
    tried.push((ingress.clock.now() - start) / 1000);
    throw new TypeError("no room");
  };
  expect(await send(ingress, { delivery: "a" })).toBe("500 retry_queued");
  expect(ingress.audit).toMatchObject([{ retryable_failures: 1, status_code: 500 }]);
  await passed(ingress, 300);
  expect(tried).toEqual([0, 5, 15, 35, 75]);
  expect(await ingress.store.deliveries.list({ limit: 9 })).toMatchObject([
    { state: "failed", tries: 5, error: "no room" },
  ]);
  ingress.look = () => undefined;
  expect(await ingress.webhooks.retry("b")).toBeUndefined();
  expect(await ingress.webhooks.retry("a")).toMatchObject({ delivery: "a" });
  await expect.poll(() => ingress.hints).toEqual([{ project, about: "issue", number: 4 }]);
  await expect.poll(async () => (await ingress.store.deliveries.list({ limit: 9 }))[0]?.state).toBe("processed");
  expect(await send(ingress, { delivery: "a" })).toBe("200 duplicate_delivery");
});

test("one that hangs is answered in time, counts as failed after 50 s, and is processed when it comes again", async () => {
  const ingress = await openIngress();
  ingress.look = () => new Promise(() => undefined);
  const hanging = send(ingress, { delivery: "a" });
  const record = async () => (await ingress.store.deliveries.list({ limit: 9 }))[0];
  await expect.poll(() => ingress.clock.pending).toBe(2);
  await ingress.clock.advance(5000);
  expect(await hanging).toBe("202 looking");
  expect(await record()).toMatchObject({ state: "received" });
  expect(await send(ingress, { delivery: "a" })).toBe("200 duplicate_delivery");
  await ingress.clock.advance(45_000);
  await expect.poll(record).toMatchObject({ state: "received", error: "looking there took too long" });
  ingress.look = () => undefined;
  expect(await send(ingress, { delivery: "a" })).toBe("200 processed");
});

test("a look that takes its time is answered in time, and processed when it was made and not before", async () => {
  const ingress = await openIngress();
  const gate = Promise.withResolvers<void>();
  ingress.look = () => gate.promise;
  const slow = send(ingress, { delivery: "a" });
  const stateOf = async () => (await ingress.store.deliveries.list({ limit: 9 }))[0]?.state;
  await expect.poll(() => ingress.clock.pending).toBe(2);
  await ingress.clock.advance(20_000);
  expect([await slow, await stateOf()]).toEqual(["202 looking", "received"]);
  gate.resolve();
  await expect.poll(stateOf).toBe("processed");
});

test("what the forge puts off is looked at when it takes requests again", async () => {
  const ingress = await openIngress();
  await ingress.webhooks.start();
  const retryAt = ingress.clock.now() + 600_000;
  const tried: number[] = [];
  ingress.look = () => {
    tried.push(ingress.clock.now() - retryAt);
    if (ingress.clock.now() < retryAt) throw orchError("forge_limited", "no more", { details: { retryAt } });
  };
  expect(await send(ingress, { delivery: "a" })).toBe("500 retry_queued");
  await passed(ingress, 620);
  await expect.poll(() => ingress.hints).toHaveLength(1);
  expect(tried).toEqual([-600_000, expect.toSatisfy((late: number) => late >= 0 && late <= 5_000)]);
});

test("a look that ends with the daemon is left to the next one", async () => {
  const ingress = await openIngress();
  const gate = Promise.withResolvers<void>();
  ingress.look = () => gate.promise;
  const slow = send(ingress, { delivery: "a" });
  await expect.poll(() => ingress.clock.pending).toBe(2);
  await ingress.clock.advance(5_000);
  expect(await slow).toBe("202 looking");
  await ingress.webhooks[Symbol.asyncDispose]();
  gate.reject(orchError("interrupted", "the engine ends before it looked there"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await ingress.store.deliveries.list({ limit: 9 })).toMatchObject([{ state: "received", tries: 1 }]);
  expect(await ingress.store.deliveries.adopt(ingress.clock.now())).toBe(1);
});

test("a daemon that died between record and work leaves it to the next one", async () => {
  const path = `${await tempFolder("webhooks")}/orch.db`;
  const dying = await openIngress({}, { path });
  const never = Promise.withResolvers<void>();
  dying.look = () => never.promise;
  const cut = send(dying, { delivery: "a" });
  await expect.poll(async () => (await dying.store.deliveries.list({ limit: 9 })).length).toBe(1);
  const next = await openIngress({}, { path, clock: dying.clock });
  await next.webhooks.start();
  await expect.poll(() => next.hints).toEqual([{ project, about: "issue", number: 4 }]);
  await expect.poll(async () => (await next.store.deliveries.list({ limit: 9 }))[0]?.state).toBe("processed");
  expect(await send(next, { delivery: "a" })).toBe("200 duplicate_delivery");
  never.resolve();
  await cut;
});

test("when the record fails nothing is kept, the sender is told, and the next one is taken", async () => {
  const ingress = await openIngress();
  await ingress.store[Symbol.asyncDispose]();
  expect(await send(ingress, { delivery: "a" })).toBe("500 not_recorded");
  expect(ingress.audit).toMatchObject([{ outcome: "not_recorded", error: "store_failed" }]);
});

test("health and figures tell what came in the last five minutes and the last day", async () => {
  const ingress = await openIngress();
  const health = async (): Promise<unknown> =>
    (await ingress.webhooks.fetch(new Request("http://127.0.0.1/health"))).json();
  const healthy = { status: "healthy", signature_verification: "enabled" };
  expect(await health()).toEqual({ ...healthy, webhook_recently_received: false });
  await send(ingress, { delivery: "a" });
  await send(ingress, { delivery: "a", headers: { "x-hub-signature-256": "no" } });
  expect(await health()).toEqual({ ...healthy, webhook_recently_received: true });
  await ingress.clock.advance(5 * 60 * 1000 + 1);
  expect(await health()).toEqual({ ...healthy, webhook_recently_received: false });
  const head = await ingress.webhooks.fetch(new Request("http://127.0.0.1/health", { method: "HEAD" }));
  expect(head.status).toBe(200);
  expect(await ingress.webhooks.status()).toMatchObject({
    signed: true,
    answers: { processed: 1, bad_signature: 1 },
    day: { total: 1, byState: { processed: 1 }, byEvent: { issues: 1 } },
  });
});

test("a form, which is what a hook sends unless it is told otherwise, is understood", async () => {
  const ingress = await openIngress();
  const body = new URLSearchParams({ payload: text }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const sent = requestOf({ body, headers: { ...headers, "x-hub-signature-256": sign(body) } });
  expect((await ingress.webhooks.fetch(sent)).status).toBe(200);
  expect(ingress.hints).toHaveLength(1);
});

test("what is nested too deep is refused without being built", async () => {
  const ingress = await openIngress();
  const deep = "[".repeat(LARGEST / 2) + "]".repeat(LARGEST / 2);
  expect(await send(ingress, { body: deep })).toBe("400 invalid_payload");
  expect(
    await send(ingress, {
      body: `{"a":"${"[".repeat(1000)}\\"","issue":{"number":4},"repository":{"full_name":"acme/app"}}`,
    }),
  ).toBe("200 processed");
});

test("names that mean something to JavaScript mean nothing here", async () => {
  const ingress = await openIngress();
  const body = `{"__proto__":{"issue":{"number":1},"polluted":true},"constructor":{"prototype":{"polluted":true}},"repository":{"full_name":"Acme/App","__proto__":{"x":1}}}`;
  expect(await send(ingress, { body })).toBe("200 ignored");
  expect(ingress.hints).toEqual([]);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  for (const full_name of ["__proto__", "constructor", "../../etc", "acme/app\u0000", "a".repeat(1e5)]) {
    expect(await send(ingress, { payload: { issue: { number: 1 }, repository: { full_name } } })).toBe("200 ignored");
  }
});

test("ending lets requests that are being answered finish", async () => {
  const ingress = await openIngress();
  const gate = Promise.withResolvers<void>();
  ingress.look = () => gate.promise;
  const answer = send(ingress, { delivery: "a" });
  const ended = ingress.webhooks[Symbol.asyncDispose]();
  gate.resolve();
  await ended;
  expect(await answer).toBe("200 processed");
});

test("a body that never comes whole is given up when the sender goes away", async () => {
  const ingress = await openIngress();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("{"));
      controller.error(new TypeError("gone"));
    },
  });
  const headers = { "x-github-event": "issues", "x-hub-signature-256": sign("{") };
  const request = new Request("http://127.0.0.1/webhook", { method: "POST", body, headers, duplex: "half" });
  expect((await ingress.webhooks.fetch(request)).status).toBe(400);
});
