import type { CommandResults } from "@orch/api";
import { expect, test } from "vitest";

import { renderResult } from "./results.ts";
import { createStyle } from "./style.ts";

type Status = CommandResults["webhook status"];

const canvas = { style: createStyle(false), columns: 200 };
const at = Date.UTC(2026, 10, 26, 12);
const day = {
  total: 3,
  byState: { received: 1, processed: 1, ignored: 0, failed: 1 },
  byEvent: { push: 1, issues: 2 },
  retried: 2,
  lastReceivedAt: at,
};
const failed = {
  delivery: "d-1",
  event: "issues",
  action: "opened",
  repository: "octo/sample",
  state: "failed",
  tries: 5,
  receivedAt: at,
  looks: ["issue 4"],
  error: "no \u001B[2Jstore",
} as const;
const waiting = { ...failed, delivery: "d-2", state: "received", tries: 2, looks: [], dueAt: at + 10_000 } as const;
const status: Status = {
  mode: "webhooks",
  listener: { address: "127.0.0.1:8080", signed: true, lastReceivedAt: at, answers: { processed: 1 } },
  day,
  projects: [
    { project: "octo/sample", repository: "octo/sample", mode: "webhooks", missed: 0 },
    { project: "octo/other", repository: "octo/other", mode: "polling", why: "undelivered", missed: 2 },
  ],
  waiting: [waiting],
  deliveries: [waiting, failed],
  forge: [
    {
      project: "octo/sample",
      hook: "7",
      url: "https://tunnel.example/webhook",
      active: true,
      deliveries: [
        { id: 2, delivery: "d-3", event: "push", at, status: 0, redelivery: false, state: null },
        {
          id: 1,
          delivery: "d-1",
          event: "issues",
          action: "opened",
          at,
          status: 500,
          redelivery: true,
          state: "failed",
        },
      ],
    },
    { project: "octo/other", hook: null, deliveries: [] },
    { project: "octo/third", hook: null, deliveries: [], problem: "forge_denied: may not" },
  ],
};

test("webhook status tells where it listens, what came, what waits, and what GitHub says", () => {
  expect(renderResult("webhook status", status, canvas)).toMatchSnapshot();
});

test("webhook status of a daemon that does not listen, or whose listener is deaf", () => {
  const none = { total: 0, byState: { received: 0, processed: 0, ignored: 0, failed: 0 }, byEvent: {}, retried: 0 };
  const off: Status = {
    mode: "polling",
    why: "disabled",
    listener: null,
    day: none,
    projects: [],
    waiting: [],
    deliveries: [],
  };
  expect(renderResult("webhook status", off, canvas)).toContain("Webhooks are off");
  const deaf = renderResult("webhook status", { ...status, mode: "polling", why: "unreachable" }, canvas);
  expect(deaf).toContain("the listener does not answer");
});

test("webhook retry and metrics tell of deliveries", () => {
  expect(renderResult("webhook retry", { delivery: waiting }, canvas)).toContain("d-2 is tried again now");
  expect(renderResult("webhook retry", { delivery: failed }, canvas)).toContain("d-1 is failed");
  const fates = {
    hours: 24,
    attempts: 0,
    passed: 0,
    failed: 0,
    limited: 0,
    outcomes: [],
    byAgent: [],
    byComplexity: [],
    forges: [],
  };
  expect(renderResult("metrics", { ...fates, webhooks: day }, canvas)).toContain("Webhooks in 24 hours: 3 deliveries");
});
