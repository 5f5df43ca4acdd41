import type { GitHubHooks, ListedDelivery, Webhooks } from "@orch/backend-github";
import { orchError, parseProjectId, silentLogger, unwrap, type Logger, type ProjectId } from "@orch/core";
import { openStore } from "@orch/store";
import { createFakeClock, sampleForge, type FakeClock } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { settingsOf } from "../test/stand-in.ts";
import { startCatchUp, type CatchUpLoop } from "./webhook-catch-up.ts";
import { createWebhookWatch, type WebhookWatch } from "./webhook-watch.ts";

const project: ProjectId = unwrap(parseProjectId("acme/app"));
const MINUTE_MS = 60_000;

interface Scene {
  readonly clock: FakeClock;
  readonly watch: WebhookWatch;
  readonly loop: CatchUpLoop;
  readonly lines: string[];
  /** Requests for lists so far. */
  readonly asked: string[];
  readonly taken: string[];
  /** What GitHub's list has. */
  readonly listed: ListedDelivery[];
}

/** A loop over a forge that says what the test wants it to say. */
async function scene(mayList: () => boolean): Promise<Scene> {
  const clock = createFakeClock();
  const lines: string[] = [];
  const note = (_: object, line: string): void => void lines.push(line);
  const logger: Logger = { ...silentLogger, info: note, warn: note };
  const watch = createWebhookWatch({ clock, logger });
  const store = await openStore({ path: ":memory:", clock });
  const [asked, taken, listed]: [string[], string[], ListedDelivery[]] = [[], [], []];
  const hooks: GitHubHooks = {
    async list() {
      asked.push("hooks");
      if (!mayList()) throw orchError("forge_denied", "may not");
      return [{ hook: "7", url: "https://tunnel.example/webhook", active: true }];
    },
    async deliveries({ since }) {
      asked.push("deliveries");
      return listed.filter(({ at }) => at >= since).toReversed();
    },
    payload: async () => ({}),
    put: async () => ({ hook: "7", created: false }),
  };
  const webhooks: Pick<Webhooks, "takeListed"> = {
    async takeListed({ delivery }) {
      taken.push(delivery);
      return "processed";
    },
  };
  const settings = { ...settingsOf(project, "/nowhere"), forge: sampleForge };
  const projects = { list: () => [settings], get: () => settings };
  watch.begin({ ping: async () => true, everyMs: () => MINUTE_MS });
  const parts = {
    webhooks,
    projects,
    hooksOf: () => hooks,
    nameOf: () => projects.get().forge.repository,
    store,
    watch,
    checkMs: () => MINUTE_MS,
    clock,
    logger,
  };
  const loop = startCatchUp(parts);
  onTestFinished(async () => {
    await loop[Symbol.asyncDispose]();
    await watch[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
  return { clock, watch, loop, lines, asked, taken, listed };
}

function sent(delivery: string, { at, status }: { readonly at: number; readonly status: number }): ListedDelivery {
  return { id: 1, delivery, event: "issues", at, status, redelivery: false };
}

/** What polling finds of an issue that has just changed. */
function changed(thread: number, updatedAt: number): Parameters<WebhookWatch["ways"]["found"]>[1] {
  const author = { login: "rita", id: 1, isBot: false };
  return { issues: [], comments: [{ id: 1, thread, author, body: "", url: "", createdAt: updatedAt, updatedAt }] };
}

test("the list is read at the start and when something happened; at rest nothing is asked", async () => {
  const { clock, watch, asked } = await scene(() => true);
  await clock.advance(60 * MINUTE_MS);
  expect(asked).toEqual(["hooks", "deliveries"]);
  watch.ways.arrived({ project, hints: [] });
  await clock.advance(60 * MINUTE_MS);
  expect(asked).toEqual(["hooks", "deliveries", "hooks", "deliveries"]);
});

test("a change that no webhook told of is looked up, and the way counts as broken until a webhook arrives", async () => {
  const { clock, watch, loop, listed, taken, lines } = await scene(() => true);
  await clock.advance(2 * MINUTE_MS);
  listed.push(sent("lost", { at: clock.now(), status: 502 }));
  watch.ways.found(project, changed(4, clock.now()));
  await clock.advance(MINUTE_MS);
  expect(taken).toEqual(["lost"]);
  expect(loop.report(project)).toMatchObject({ state: "undelivered", taken: 1, left: 0 });
  expect(watch.health(project)).toEqual({ mode: "polling", why: "undelivered" });
  listed.push(sent("good", { at: clock.now(), status: 200 }));
  await clock.advance(20 * MINUTE_MS);
  expect(watch.health(project)).toEqual({ mode: "webhooks" });
  expect(lines.filter((line) => line.includes("fallback"))).toEqual([
    "entering polling fallback mode: what GitHub sends does not arrive; see: orch webhook status --forge",
    "exiting polling fallback mode: webhooks arrive",
  ]);
});

test("a look that is asked for too early is made as soon as it may, and once", async () => {
  const { clock, loop, asked, listed, taken } = await scene(() => true);
  await clock.advance(1000);
  listed.push(sent("lost", { at: clock.now(), status: 502 }));
  loop.look(project);
  loop.look(project);
  await clock.advance(MINUTE_MS / 2);
  expect(taken).toEqual([]);
  await clock.advance(MINUTE_MS / 2);
  expect(taken).toEqual(["lost"]);
  expect(asked).toEqual(["hooks", "deliveries", "hooks", "deliveries"]);
});

test("a token that may not see hooks is told of once, and two changes without a webhook are a broken way", async () => {
  const { clock, watch, lines } = await scene(() => false);
  for (const thread of [1, 2]) {
    await clock.advance(2 * MINUTE_MS);
    expect(watch.health(project)).toEqual({ mode: "webhooks" });
    watch.ways.found(project, changed(thread, clock.now()));
  }
  await clock.advance(2 * MINUTE_MS);
  expect(watch.health(project)).toEqual({ mode: "polling", why: "undelivered" });
  expect(lines.filter((line) => line.includes("may not see hooks"))).toHaveLength(1);
});
