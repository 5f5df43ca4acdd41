import type { ForgeHint } from "@orch/core";
import { recordedWebhooks } from "@orch/testing/github";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { openIngress, project, repository, requestOf, send, sign, type Sent } from "./ingress.ts";

const MEBIBYTE = 1024 * 1024;

const good = JSON.stringify({ action: "opened", issue: { number: 4 }, repository });
const body = fc.oneof(
  { weight: 4, arbitrary: fc.json().map((text) => text) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => new Uint8Array(bytes)) },
  { weight: 2, arbitrary: fc.constant(good) },
  { weight: 2, arbitrary: fc.nat(good.length).map((cut) => good.slice(0, cut)) },
  { weight: 1, arbitrary: fc.constantFrom("[".repeat(MEBIBYTE), '{"a":'.repeat(100_000), "x".repeat(MEBIBYTE + 1)) },
);
const signature = fc.oneof(
  { weight: 3, arbitrary: fc.constant("right" as const) },
  { weight: 2, arbitrary: fc.constantFrom("wrong" as const, "cut" as const) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 80 }).map((text) => text.trim()) },
);
const header = fc.option(fc.stringMatching(/^[!-~]{0,200}$/), { nil: undefined });
const request = fc.record({
  body,
  signature,
  event: fc.oneof(fc.constantFrom("issues", "push", "check_run", "ping"), fc.stringMatching(/^[!-~]{1,80}$/)),
  delivery: header,
  contentType: fc.oneof(fc.constantFrom("application/json", "application/x-www-form-urlencoded"), header),
  hook: header,
  path: fc.constantFrom("/webhook", "/webhook", "/webhook", "/github/webhook", "/health", "/v1/commands/stop"),
});

function signatureOf(kind: string, sent: string | Uint8Array): string {
  if (kind === "right") return sign(sent);
  if (kind === "wrong") return sign(sent, "another");
  return kind === "cut" ? sign(sent).slice(0, 40) : kind;
}

test("5,000 requests of any shape bring nothing down, and none is taken without its signature", async () => {
  const ingress = await openIngress();
  const before = process.memoryUsage().rss;
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(request, async ({ body: sent, signature: kind, event, delivery, contentType, hook, path }) => {
      const headers = {
        "content-type": contentType,
        "x-hub-signature-256": signatureOf(kind, sent),
        "x-github-hook-id": hook,
      };
      const response = await ingress.webhooks.fetch(
        requestOf({ path, event, body: sent, headers, ...(delivery === undefined ? {} : { delivery }) }),
      );
      await response.arrayBuffer();
      expect([200, 400, 401, 404, 413]).toContain(response.status);
      if (response.status !== 200) return;
      taken += 1;
      expect(kind).toBe("right");
    }),
    { numRuns: 5000, seed: 4 },
  );
  expect(taken).toBeGreaterThan(100);
  expect(ingress.hints.every((hint) => hint.project === project)).toBe(true);
  expect(await ingress.store.deliveries.list({ limit: 10_000 })).toHaveLength(
    ingress.audit.filter(({ outcome }) => ["processed", "ignored", "duplicate_payload"].includes(outcome)).length,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEBIBYTE);
}, 300_000);

/** A day of events of one repository: what GitHub recorded, made to be about it and about things of their own. */
function day(): readonly Sent[] {
  const used = ["issues", "issue_comment", "pull_request", "check_run", "status", "push"];
  const chosen = recordedWebhooks().filter(({ event }) => used.includes(event));
  return chosen
    .filter((_, index) => index % 10 === 0)
    .map(({ event, payload }, index) => {
      const number = 10 + index;
      const own = Object.entries(payload).map(([name, value]) => {
        const isThread = name === "issue" || name === "pull_request";
        return [name, isThread ? { ...(value as object), number } : value] as const;
      });
      return { event, delivery: `delivery-${index}`, payload: { ...Object.fromEntries(own), repository } };
    });
}

function setOf(hints: readonly ForgeHint[]): readonly string[] {
  return [...new Set(hints.map((hint) => JSON.stringify(hint)))].toSorted();
}

test("1,000 orders of a day's events, with doubles, losses and failures, lead to the same looks", async () => {
  const events = day();
  const inOrder = await openIngress();
  for (const sent of events) await send(inOrder, sent);
  const wanted = setOf(inOrder.hints);
  expect(wanted.length).toBeGreaterThan(5);
  const storm = fc.record({
    order: fc.shuffledSubarray([...events.keys()], { minLength: events.length }),
    doubled: fc.subarray([...events.keys()], { maxLength: 8 }),
    lost: fc.subarray([...events.keys()], { maxLength: 8 }),
    failing: fc.array(fc.nat(events.length), { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(storm, async ({ order, doubled, lost, failing }) => {
      await using storms = await openStorm();
      let looks = 0;
      storms.look = () => {
        looks += 1;
        if (failing.includes(looks)) throw new TypeError("not now");
      };
      const at = (index: number): Sent => events[index] ?? {};
      for (const index of order.filter((each) => !lost.includes(each))) {
        await send(storms, at(index));
        if (doubled.includes(index)) await send(storms, at(index));
      }
      // What was lost or answered with an error is sent again by whoever looks at the list of deliveries.
      for (const index of [...lost, ...order]) await send(storms, at(index));
      for (const index of order) await send(storms, at(index));
      expect(setOf(storms.hints)).toEqual(wanted);
      const kept = await storms.store.deliveries.list({ limit: 1000 });
      expect(kept.filter(({ state }) => state !== "processed" && state !== "ignored")).toEqual([]);
    }),
    { numRuns: 1000, seed: 4 },
  );
}, 600_000);

/** An ingress that ends with its storm and not only with the test. */
async function openStorm(): Promise<Awaited<ReturnType<typeof openIngress>> & AsyncDisposable> {
  const ingress = await openIngress();
  return Object.assign(ingress, {
    async [Symbol.asyncDispose]() {
      await ingress.webhooks[Symbol.asyncDispose]();
      await ingress.store[Symbol.asyncDispose]();
    },
  });
}
