import { silentLogger, type Logger } from "@orch/core";
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
