import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  advance,
  contentOf,
  defaultPolicy,
  effectKey,
  hashToken,
  internalTaskId,
  isSettled,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  reasons,
  taskStatuses,
  transitions,
  trustTiers,
  unwrap,
  verdictOf,
  type Step,
  type Task,
  type TaskEvent,
  type TaskPolicy,
  type TaskSpec,
} from "./index.ts";

const project = unwrap(parseProjectId("acme/app"));
const agent = unwrap(parseAgentName("codex"));
const branch = unwrap(parseBranchName("task-int-1-x"));
const commit = unwrap(parseCommitSha("a".repeat(40)));
const ref = { project, id: internalTaskId(1) };
const result = { branch, commit, attempt: 1, base: unwrap(parseBranchName("main")), checks: 1 };
const spec: TaskSpec = {
  title: "x",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};

function step(task: Task | undefined, event: TaskEvent, policy: TaskPolicy = defaultPolicy): Step {
  const moved = advance(task, { ref, event, policy, now: 1000, jitter: 0.5 });
  if (!moved.ok) throw new Error(moved.error.message);
  return moved.value;
}

function running(policy: TaskPolicy = defaultPolicy): Task {
  const created = step(undefined, { type: "task:created", spec }, policy).task;
  const routed = step(
    created,
    { type: "task:routed", assignment: { agent, complexity: "medium", why: "test" } },
    policy,
  ).task;
  return step(routed, { type: "attempt:started", attempt: 1, branch }, policy).task;
}

const anyEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constant({ type: "task:created", spec } as const),
  fc.constant({ type: "task:routed", assignment: { agent, complexity: "medium", why: "w" } } as const),
  fc.constant({ type: "task:unroutable", detail: "nobody" } as const),
  fc.integer({ min: 1, max: 4 }).map((attempt) => ({ type: "attempt:started", attempt, branch }) as const),
  fc
    .record({ attempt: fc.integer({ min: 1, max: 4 }), reason: fc.constantFrom(...reasons), pass: fc.boolean() })
    .map(({ attempt, reason, pass }): TaskEvent => ({
      type: "attempt:finished",
      attempt,
      fingerprint: reason,
      parts: attempt,
      verdict: pass ? { kind: "pass" } : verdictOf(reason, "why"),
      ...(pass ? { result: { ...result, attempt } } : {}),
    })),
  fc.constant({ type: "dependencies:added", ids: [internalTaskId(7)] } as const),
  fc.constant({ type: "dependencies:removed", ids: [internalTaskId(7)] } as const),
  fc
    .integer({ min: 1, max: 4 })
    .map((attempt) => ({ type: "parts:opened", attempt, ids: [internalTaskId(7)] }) as const),
  fc
    .constantFrom("done", "cancelled")
    .map((as) => ({ type: "dependency:settled", id: internalTaskId(7), as }) as const),
  fc.constant({ type: "result:merged", mergeCommit: commit } as const),
  fc.constant({ type: "result:refused", reason: "merge_conflict", detail: "x" } as const),
  fc.constant({ type: "merge:requested", by: "me" } as const),
  fc.constant({ type: "approval:given", by: "me", hash: hashToken("x") } as const),
  fc.constant({
    type: "approval:offered",
    by: "me",
    hash: hashToken("x"),
    commit,
    content: contentOf(spec, result),
    expiresAt: 2000,
  } as const),
  fc.constant({ type: "task:retried", by: "me" } as const),
  fc.constant({ type: "task:unblocked", by: "me" } as const),
  fc.constantFrom(...trustTiers).map((tier) => ({ type: "task:trusted", by: "me", tier }) as const),
  fc.constant({ type: "task:cancelled", by: "me", why: "no" } as const),
  fc.constant({ type: "attempt:interrupted", by: "me" } as const),
);

const anyPolicy: fc.Arbitrary<TaskPolicy> = fc
  .record({ merge: fc.constantFrom("never", "approve_gate", "auto"), maxAttempts: fc.integer({ min: 1, max: 4 }) })
  .map((some) => ({ ...defaultPolicy, ...some }));

describe("advance", () => {
  it("follows the table for every status and event, grows the version by one and leaves its input alone", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), anyPolicy, (events, policy) => {
        let task: Task | undefined;
        for (const event of [{ type: "task:created", spec } as const, ...events]) {
          const before = structuredClone(task);
          const moved = advance(task, { ref, event, policy, now: 1000, jitter: 0.5 });
          expect(task).toEqual(before);
          if (task === undefined || !moved.ok) {
            task ??= moved.ok ? moved.value.task : undefined;
            continue;
          }
          expect(transitions[task.status][event.type]).toContain(moved.value.task.status);
          expect(moved.value.task.version).toBe(task.version + 1);
          task = moved.value.task;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("leaves no unsettled task without something that moves it on", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), anyPolicy, (events, policy) => {
        let task: Task | undefined;
        for (const event of [{ type: "task:created", spec } as const, ...events]) {
          const moved = advance(task, { ref, event, policy, now: 1000, jitter: 0.5 });
          if (!moved.ok) continue;
          const wasOver = task !== undefined && isSettled(task.status);
          task = moved.value.task;
          const kinds = moved.value.effects.map((planned) => planned.effect.kind);
          if (task.status === "new") expect(kinds).toContain("task:route");
          if (task.status === "routed") expect(kinds).toContain("attempt:run");
          if (!isSettled(task.status)) continue;
          expect(kinds.includes("dependents:notify")).toBe(!wasOver);
          expect(kinds, "the clean-up is of the last version").toContain("workspace:remove");
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("has a row for every status, and from done no exit but that its issue is opened again", () => {
    for (const status of taskStatuses) expect(Object.keys(transitions[status]).length).toBeGreaterThan(0);
    const exits = Object.entries(transitions.done).filter(([, to]) => to.some((status) => status !== "done"));
    expect(exits.map(([by]) => by)).toEqual(["task:reopened"]);
  });

  it("asks for the merge at once with merge policy auto, never without checks", () => {
    const auto: TaskPolicy = { ...defaultPolicy, merge: "auto" };
    const finished = {
      type: "attempt:finished",
      attempt: 1,
      verdict: { kind: "pass" },
      fingerprint: "",
      result,
    } as const;
    expect(step(running(auto), finished, auto).effects.map((planned) => planned.effect.kind)).toEqual(["result:merge"]);
    expect(step(running(auto), { ...finished, result: { ...result, checks: 0 } }, auto).effects).toEqual([]);
    expect(step(running(), finished).task.status).toBe("in_review");
  });

  it("ends after three equal failures in a row, and not after different ones", () => {
    const fail = (task: Task, fingerprint: string): Task => {
      const at = task.lastAttempt;
      const verdict = verdictOf("checks_failed", "test");
      const failed = step(task, { type: "attempt:finished", attempt: at, verdict, fingerprint }).task;
      return failed.status === "routed"
        ? step(failed, { type: "attempt:started", attempt: at + 1, branch }).task
        : failed;
    };
    expect(["a", "a", "a"].reduce(fail, running())).toMatchObject({
      status: "needs_review",
      reason: "repeated_failure",
    });
    expect(["a", "a", "b"].reduce(fail, running())).toMatchObject({ status: "needs_review", reason: "retry_limit" });
  });

  it("doubles the delay with each failure up to the cap and spreads it by a quarter", () => {
    const delays: number[] = [];
    let task = running({ ...defaultPolicy, equalFailures: 99, classFailures: 0, maxAttempts: 99 });
    for (let round = 0; round < 8; round += 1) {
      const event = {
        type: "attempt:finished",
        attempt: task.lastAttempt,
        verdict: verdictOf("agent_failed", "x"),
        fingerprint: String(round),
      } as const;
      const moved = step(task, event, { ...defaultPolicy, equalFailures: 99, classFailures: 0, maxAttempts: 99 });
      delays.push((moved.effects[0]?.notBefore ?? 0) - 1000);
      task = step(moved.task, { type: "attempt:started", attempt: task.lastAttempt + 1, branch }).task;
    }
    expect(delays).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000]);
  });

  it("asks the router at once after a usage limit, without using up an attempt", () => {
    const verdict = verdictOf("usage_limited", "limit", 500_000);
    const finished = { type: "attempt:finished", attempt: 1, verdict, fingerprint: "" } as const;
    const moved = step(running(), finished);
    expect(moved.task).toMatchObject({ status: "new", attempts: 0, avoid: [], stay: { agent, only: false } });
    expect(moved.effects).toMatchObject([{ effect: { kind: "task:route" }, notBefore: 1000 }]);
    const waits = step(running(), finished, { ...defaultPolicy, onUsageLimit: "wait" });
    expect(waits.task).toMatchObject({ stay: { agent, only: true } });
  });

  it("waits as routed for an agent that rests, and forgets whom to begin with", () => {
    const verdict = verdictOf("usage_limited", "limit", 500_000);
    const limited = step(running(), { type: "attempt:finished", attempt: 1, verdict, fingerprint: "" }).task;
    const waiting = { agent, reason: "usage_limited", until: 500_000 } as const;
    const assignment = { agent, complexity: "medium", why: "waits" } as const;
    const moved = step(limited, { type: "task:routed", assignment, waiting });
    expect(moved.task).toMatchObject({ status: "routed", notBefore: 500_000, waiting });
    expect(moved.task).not.toHaveProperty("stay");
    expect(moved.effects).toMatchObject([{ effect: { kind: "attempt:run" }, notBefore: 500_000 }]);
  });

  it("keeps the chain of agents that failed until a person retries", () => {
    const end = (task: Task, reason: "auth" | "rate_limited"): Task =>
      step(task, {
        type: "attempt:finished",
        attempt: task.lastAttempt,
        verdict: verdictOf(reason, "x"),
        fingerprint: reason,
      }).task;
    const other = unwrap(parseAgentName("claude"));
    const first = end(running(), "auth");
    expect(first).toMatchObject({ status: "new", avoid: [agent] });
    const routed = step(first, {
      type: "task:routed",
      assignment: { agent: other, complexity: "medium", why: "next" },
    });
    const second = end(step(routed.task, { type: "attempt:started", attempt: 2, branch }).task, "rate_limited");
    expect(second).toMatchObject({ status: "new", avoid: [agent, other] });
    const nobody = step(second, { type: "task:unroutable", reason: "agents_exhausted", detail: "all rest" }).task;
    expect(nobody).toMatchObject({ status: "needs_review", reason: "agents_exhausted" });
    expect(step(nobody, { type: "task:retried", by: "me" }).task).toMatchObject({ avoid: [] });
  });

  it("refuses words about an attempt that is over", () => {
    const moved = advance(running(), {
      ref,
      event: { type: "attempt:finished", attempt: 2, verdict: { kind: "pass" }, fingerprint: "", result },
      policy: defaultPolicy,
      now: 1,
      jitter: 0,
    });
    expect(moved).toMatchObject({ ok: false, error: { code: "stale", from: "in_progress" } });
  });

  it("does not begin an attempt by a plan that the task has moved on from", () => {
    const created = step(undefined, { type: "task:created", spec }).task;
    const routed = step(created, { type: "task:routed", assignment: { agent, complexity: "medium", why: "" } });
    const round = routed.effects.map(({ effect }) => "round" in effect && effect.round).at(-1);
    const begin = { type: "attempt:started", attempt: 1, branch, round: Number(round) } as const;
    expect(step(routed.task, begin).task.status).toBe("in_progress");
    let planned: Task = routed.task;
    for (const text of ["one", "two"]) {
      planned = step(planned, { type: "task:noted", by: "ann", text, again: true }).task;
      if (planned.status !== "new") continue;
      planned = step(planned, { type: "task:routed", assignment: { agent, complexity: "medium", why: "" } }).task;
    }
    expect(planned.status).toBe("routed");
    const moved = advance(planned, { ref, event: begin, policy: defaultPolicy, now: 1, jitter: 0 });
    expect(moved).toMatchObject({ ok: false, error: { code: "stale" } });
  });

  it("resets every counter in one place when a person retries", () => {
    const failed = step(running(), {
      type: "attempt:finished",
      attempt: 1,
      verdict: verdictOf("permission_denied", "x"),
      fingerprint: "",
    }).task;
    const again = step(failed, { type: "task:retried", by: "me" }).task;
    expect(again).toMatchObject({ status: "new", attempts: 0, failures: [], avoid: [], lastAttempt: 1, branch });
  });

  it("goes back to waiting when a task with dependencies is retried, and on without them when unblocked", () => {
    const waiting = step(undefined, { type: "task:created", spec: { ...spec, dependsOn: [internalTaskId(7)] } }).task;
    const lost = step(waiting, { type: "dependency:settled", id: internalTaskId(7), as: "cancelled" }).task;
    expect(lost).toMatchObject({ status: "needs_review", reason: "dependency_cancelled" });
    expect(step(lost, { type: "task:retried", by: "me" }).task).toMatchObject({
      status: "blocked",
      waitingFor: ["int-7"],
    });
    expect(step(lost, { type: "task:unblocked", by: "me" }).task).toMatchObject({ status: "new", dependsOn: [] });
  });

  it("goes on with the whole when a part is given up, and asks a person about what else waits for it", () => {
    const part = internalTaskId(7);
    const waiting = step(undefined, { type: "task:created", spec: { ...spec, dependsOn: [part] } }).task;
    const given = { type: "dependency:settled", id: part, as: "cancelled" } as const;
    expect(step({ ...waiting, parts: [part] }, given).task).toMatchObject({ status: "new" });
    expect(step(waiting, given).task).toMatchObject({ status: "needs_review" });
  });

  it("plans effects whose keys differ from round to round", () => {
    const first = step(undefined, { type: "task:created", spec });
    const cancelled = step(first.task, { type: "task:cancelled", by: "me", why: "no" });
    const again = step(cancelled.task, { type: "task:retried", by: "me" });
    const keys = [...first.effects, ...cancelled.effects, ...again.effects].map((planned) => effectKey(planned.effect));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
