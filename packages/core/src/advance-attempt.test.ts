import { expect, test } from "vitest";

import {
  advance,
  cooldownAfter,
  defaultPolicy,
  internalTaskId,
  parseAgentName,
  parseBranchName,
  parseProjectId,
  unwrap,
  verdictOf,
  type Task,
  type TaskEvent,
} from "./index.ts";

const ref = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(1) };
const assignment = { agent: unwrap(parseAgentName("robot")), complexity: "simple", why: "only one" } as const;
const branch = unwrap(parseBranchName("task-x"));
const spec = {
  title: "Fix it",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
} as const;

function moved(task: Task | undefined, event: TaskEvent, now: number): Task {
  const step = advance(task, { ref, event, policy: defaultPolicy, now, jitter: 0.5 });
  if (!step.ok) throw new Error(step.error.message);
  return step.value.task;
}

/** Lets each attempt end with a usage limit; gives the task afterwards and the waits in seconds. */
function limited(most: number, retryAt: (now: number) => number | undefined): { task: Task; waits: readonly number[] } {
  let now = 1_000_000;
  let task = moved(moved(undefined, { type: "task:created", spec }, now), { type: "task:routed", assignment }, now);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= most && task.status === "routed"; attempt += 1) {
    task = moved(task, { type: "attempt:started", attempt, branch }, now);
    const verdict = verdictOf("usage_limited", "limit reached", retryAt(now));
    task = moved(task, { type: "attempt:finished", attempt, verdict, fingerprint: "" }, now);
    if (task.status !== "new") break;
    // As the engine does: it knows who rests until when.
    const rest = cooldownAfter(verdict, { assignment, now });
    if (rest === undefined) break;
    const waiting = { agent: rest.agent, reason: rest.reason, until: rest.until };
    task = moved(task, { type: "task:routed", assignment, waiting }, now);
    if (task.status !== "routed") break;
    waits.push(((task.notBefore ?? 0) - now) / 1000);
    now = task.notBefore ?? 0;
  }
  return { task, waits };
}

test("a limit without an end is waited for half an hour at a time, and not for ever", () => {
  const { task, waits } = limited(100, () => undefined);
  expect(task).toMatchObject({ status: "needs_review", reason: "max_attempts" });
  expect(waits).toEqual(Array.from({ length: 9 }, () => 1800));
});

test("a limit whose end is known is waited for, and costs no attempt", () => {
  const { task, waits } = limited(50, (now) => now + 3_600_000);
  expect(task).toMatchObject({ status: "routed", attempts: 0, lastAttempt: 50 });
  expect(new Set(waits)).toEqual(new Set([3600]));
});
