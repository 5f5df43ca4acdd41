import { parseProjectId, silentLogger, unwrap, type ForgeChanges, type Logger, type ProjectId } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import { createWebhookWatch } from "./webhook-watch.ts";

function listening(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const note = (_: object, line: string): void => void lines.push(line);
  return { lines, logger: { ...silentLogger, info: note, warn: note } };
}

test("when the listener stops to answer it is polled instead, until it answers again", async () => {
  const clock = createFakeClock();
  const { logger, lines } = listening();
  await using watch = createWebhookWatch({ clock, logger });
  expect(watch.health()).toEqual({ mode: "polling", why: "disabled" });
  let ping = (): Promise<boolean> => Promise.resolve(true);
  watch.begin({ ping: () => ping(), everyMs: () => 60_000 });
  expect(watch.health()).toEqual({ mode: "webhooks" });
  ping = () => Promise.reject(new TypeError("refused"));
  await clock.advance(59_999);
  expect(watch.health()).toEqual({ mode: "webhooks" });
  await clock.advance(180_001);
  expect(watch.health()).toEqual({ mode: "polling", why: "unreachable" });
  ping = () => Promise.resolve(true);
  await clock.advance(120_000);
  expect(watch.health()).toEqual({ mode: "webhooks" });
  expect(lines).toEqual(["entering polling fallback mode", "exiting polling fallback mode"]);
});

test("a listener that hangs does not answer", async () => {
  const clock = createFakeClock();
  const { logger, lines } = listening();
  await using watch = createWebhookWatch({ clock, logger });
  const ping = (signal: AbortSignal): Promise<boolean> =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new TypeError("late"))));
  watch.begin({ ping, everyMs: () => 60_000 });
  await clock.advance(65_000);
  expect(watch.health()).toEqual({ mode: "polling", why: "unreachable" });
  expect(lines).toEqual(["entering polling fallback mode"]);
});

const [sample, other] = ["octo/sample", "octo/other"].map((name): ProjectId => unwrap(parseProjectId(name)));

/** What polling finds of an issue that changed at a moment. */
function changed(thread: number, updatedAt: number): Pick<ForgeChanges, "issues" | "comments"> {
  const author = { login: "rita", id: 1, isBot: false };
  return { issues: [], comments: [{ id: 1, thread, author, body: "", url: "", createdAt: updatedAt, updatedAt }] };
}

test("a change that polling finds is told when no webhook tells of it in time, and a broken way is one project's", async () => {
  const clock = createFakeClock();
  const { logger, lines } = listening();
  await using watch = createWebhookWatch({ clock, logger });
  if (sample === undefined || other === undefined) throw new TypeError("two projects");
  const told: ProjectId[] = [];
  watch.ways.onMissed((project) => void told.push(project));
  watch.ways.found(sample, changed(1, clock.now()));
  watch.begin({ ping: () => Promise.resolve(true), everyMs: () => 60_000 });
  await clock.advance(60_000);
  const now = clock.now();
  watch.ways.found(sample, changed(1, now - 120_000));
  watch.ways.found(sample, changed(2, now));
  watch.ways.found(other, changed(3, now));
  await clock.advance(29_000);
  watch.ways.arrived({ project: other, hints: [{ project: other, about: "issue", number: 3 }] });
  expect(told).toEqual([]);
  await clock.advance(1_000);
  expect([told, watch.ways.missed(sample), watch.ways.missed(other)]).toEqual([[sample], 1, 0]);
  watch.ways.judge(sample, "undelivered");
  watch.ways.judge(sample, "undelivered");
  expect(watch.health(sample)).toEqual({ mode: "polling", why: "undelivered" });
  expect([watch.health(other), watch.health()]).toEqual([{ mode: "webhooks" }, { mode: "webhooks" }]);
  watch.ways.arrived({ project: sample, hints: [] });
  expect([watch.health(sample), watch.ways.missed(sample)]).toEqual([{ mode: "webhooks" }, 0]);
  expect([watch.ways.takeNews(sample), watch.ways.takeNews(sample)]).toEqual([true, false]);
  expect(lines).toEqual([
    "entering polling fallback mode: what GitHub sends does not arrive; see: orch webhook status --forge",
    "exiting polling fallback mode: webhooks arrive",
  ]);
});
