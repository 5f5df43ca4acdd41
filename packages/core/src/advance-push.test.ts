import { describe, expect, it } from "vitest";

import {
  advance,
  defaultPolicy,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  unwrap,
  verdictOf,
  type BranchResult,
  type Task,
  type TaskEvent,
} from "./index.ts";

const ref = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("42")) };
const agent = unwrap(parseAgentName("codex"));
const branch = unwrap(parseBranchName("gh-task-42-x"));
const base = unwrap(parseBranchName("main"));
const commit = unwrap(parseCommitSha("a".repeat(40)));
const kept: BranchResult = { branch, commit, base, attempt: 1, checks: 1, unpublished: true };
const policy = { ...defaultPolicy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
const spec = {
  title: "x",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
} as const;
const routed = { type: "task:routed", assignment: { agent, complexity: "medium", why: "w" } } as const;
const retried = { type: "task:retried", by: "cli:ann" } as const;
const said = { type: "task:noted", by: "ann", id: "comment-1", text: "With tabs.", again: false } as const;

function walk(...events: readonly TaskEvent[]): Task {
  let task: Task | undefined;
  for (const event of [{ type: "task:created", spec } as const, ...events]) {
    const moved = advance(task, { ref, event, policy, now: 1000, jitter: 0.5 });
    if (!moved.ok) expect.fail(moved.error.message);
    ({ task } = moved.value);
  }
  return task ?? expect.fail("there is no task");
}

function attempt(number: number, end: Pick<Extract<TaskEvent, { type: "attempt:finished" }>, "verdict" | "result">) {
  return [
    routed,
    { type: "attempt:started", attempt: number, branch },
    { type: "attempt:finished", attempt: number, fingerprint: "", ...end },
  ] as const;
}

const refused = attempt(1, { verdict: verdictOf("push_refused", "GH013"), result: kept });

describe("a push that did not come through", () => {
  it("is made again by a retry, with the checked commit and no try of an agent", () => {
    const waiting = walk(...refused);
    expect(waiting).toMatchObject({ status: "needs_review", reason: "push_refused", unpublished: kept });
    // Nothing is there that could be merged.
    expect(waiting).not.toHaveProperty("result");
    expect(walk(...refused, retried)).toMatchObject({ status: "new", update: kept, attempts: 0 });
    const result: BranchResult = { branch, commit, base, attempt: 2, checks: 1 };
    const pushed = walk(...refused, retried, ...attempt(2, { verdict: { kind: "pass" }, result }));
    expect(pushed).toMatchObject({ status: "in_review", attempts: 0, lastAttempt: 2 });
    expect(pushed).not.toHaveProperty("unpublished");
  });

  it("is no matter for a push alone when the agent has something to hear", () => {
    const edited = { type: "task:edited", by: "ann", words: { ...spec, title: "y" } } as const;
    for (const events of [[{ ...retried, note: "Smaller, please." }], [said, retried], [edited, retried]] as const) {
      const again = walk(...refused, ...events);
      expect(again).toMatchObject({ status: "new" });
      expect(again).not.toHaveProperty("update");
    }
    const [route, start, end] = refused;
    const unheard = walk(route, start, said, end);
    expect(unheard).toMatchObject({ status: "needs_review", reason: "push_refused" });
    expect(unheard).not.toHaveProperty("unpublished");
  });

  it("is kept for the next try when it is refused once more, or comes to no end", () => {
    const later = { ...kept, attempt: 2 };
    const twice = attempt(2, { verdict: verdictOf("push_failed", "hung up"), result: later });
    expect(walk(...refused, retried, ...twice)).toMatchObject({ reason: "push_failed", unpublished: later });
    const lost = attempt(2, { verdict: verdictOf("infrastructure", "") });
    expect(walk(...refused, retried, ...lost)).toMatchObject({ status: "new", update: kept });
    const setUp = attempt(2, { verdict: verdictOf("base_missing", "") });
    expect(walk(...refused, retried, ...setUp)).toMatchObject({ reason: "base_missing", unpublished: kept });
    const held = walk(...refused, retried, { type: "task:held", by: "ann", why: "" });
    expect(held).toMatchObject({ reason: "held", unpublished: kept });
    expect(held).not.toHaveProperty("result");
  });

  it("goes to its agent when it conflicts with its base by now, or its checks fail", () => {
    const conflict = walk(...refused, retried, ...attempt(2, { verdict: verdictOf("merge_conflict", "In a.txt.") }));
    expect(conflict).toMatchObject({ status: "new", stay: { agent }, notes: [{ from: "engine", text: "In a.txt." }] });
    expect(conflict).not.toHaveProperty("update");
    const failing = walk(...refused, retried, ...attempt(2, { verdict: verdictOf("checks_failed", "") }));
    expect(failing).toMatchObject({ status: "routed" });
    expect(failing).not.toHaveProperty("update");
  });
});
