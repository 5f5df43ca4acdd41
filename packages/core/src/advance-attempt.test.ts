import { expect, test } from "vitest";

import {
  advance,
  cautionTexts,
  cautionsOf,
  cooldownAfter,
  defaultPolicy,
  internalTaskId,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  unwrap,
  verdictOf,
  type Task,
  type TaskEvent,
  type TaskPolicy,
  type TrustTier,
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

function finished(
  policy: TaskPolicy,
  event: Partial<Extract<TaskEvent, { type: "attempt:finished" }>>,
  trust?: TrustTier,
): Task {
  const context = { ref, policy, now: 1, jitter: 0.5 };
  const events: readonly TaskEvent[] = [
    { type: "task:created", spec: { ...spec, ...(trust === undefined ? {} : { trust }) } },
    { type: "task:routed", assignment },
    { type: "attempt:started", attempt: 1, branch },
    { type: "attempt:finished", attempt: 1, verdict: { kind: "pass" }, fingerprint: "", ...event },
  ];
  let task: Task | undefined;
  let effects: readonly unknown[] = [];
  for (const one of events) {
    const step = advance(task, { ...context, event: one });
    if (!step.ok) throw new Error(step.error.message);
    ({ task, effects } = step.value);
  }
  const { unconfined, cautions } = event.result ?? {};
  const alone = policy.merge === "auto" && unconfined !== true && cautions === undefined && trust === undefined;
  expect(effects).toEqual(alone ? [expect.anything()] : []);
  if (task === undefined) throw new Error("there is no task");
  return task;
}

const result = { branch, base: branch, commit: unwrap(parseCommitSha("a".repeat(40))), attempt: 1, checks: 1 };

test("nothing that an agent did without a sandbox is merged by itself", () => {
  const policy = { ...defaultPolicy, merge: "auto" } as const;
  expect(finished(policy, { result })).toMatchObject({ status: "in_review" });
  const unconfined = { ...result, unconfined: true };
  expect(finished(policy, { result: unconfined })).toMatchObject({ status: "in_review", result: unconfined });
});

test("nothing that a person has to see is merged by itself", () => {
  const policy = { ...defaultPolicy, merge: "auto" } as const;
  const cautions = cautionsOf([
    ...Array.from({ length: 7 }, (_, at) => ({ kind: "binary" as const, path: `${at}.png` })),
    { kind: "script", path: "package.json", what: "scripts" },
  ]);
  const seen = { ...result, cautions };
  expect(finished(policy, { result: seen })).toMatchObject({ status: "in_review", result: seen });
  expect(cautionTexts(cautions)).toEqual([
    "A person merges it, for it changes what package managers run (package.json: scripts).",
    "A person merges it, for it changes binary files (0.png, 1.png, 2.png, 3.png, 4.png, and 2 more).",
  ]);
  expect(cautionTexts()).toEqual([]);
});

test("a result that a person has to decide on stays with the task", () => {
  const verdict = verdictOf("wrote_outside", "a.txt");
  const task = finished(defaultPolicy, { verdict, result });
  expect(task).toMatchObject({ status: "needs_review", reason: "wrote_outside", result });
});

test("nothing that a stranger asked for is merged by itself, and trust lasts over attempts", () => {
  const policy = { ...defaultPolicy, merge: "auto" } as const;
  expect(finished(policy, { result }, "reviewed")).toMatchObject({ status: "in_review", trust: "reviewed" });
});
