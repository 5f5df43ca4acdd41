import { expect, test } from "vitest";

import {
  advance,
  contentOf,
  defaultPolicy,
  hashToken,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  unwrap,
  type BranchResult,
  type Step,
  type Task,
  type TaskEvent,
  type TaskPolicy,
} from "./index.ts";

const project = unwrap(parseProjectId("acme/app"));
const ref = { project, id: unwrap(parseTaskId("int-3")) };
const branch = unwrap(parseBranchName("task-int-3-x"));
const base = unwrap(parseBranchName("main"));
const onForge: TaskPolicy = { ...defaultPolicy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
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
const agent = unwrap(parseAgentName("codex"));
const by = "cli:ann";
const word = "0123-4567-89AB-cdef";

interface Said {
  readonly event: TaskEvent;
  readonly policy?: TaskPolicy;
  readonly now?: number;
}

function say(task: Task | undefined, { event, policy = defaultPolicy, now = 1000 }: Said) {
  return advance(task, { ref, event, policy, now, jitter: 0 });
}

function step(task: Task | undefined, said: Said): Step {
  return unwrap(say(task, said));
}

function resultWith(digit: string): BranchResult {
  return { branch, commit: unwrap(parseCommitSha(digit.repeat(40))), attempt: 1, base, checks: 1 };
}

/** A task whose result waits for a person. */
function waiting(policy: TaskPolicy = defaultPolicy): Task {
  const routed = { type: "task:routed", assignment: { agent, complexity: "medium", why: "w" } } as const;
  const finished = { type: "attempt:finished", attempt: 1, verdict: { kind: "pass" }, fingerprint: "" } as const;
  const events: readonly TaskEvent[] = [
    { type: "task:created", spec },
    routed,
    { type: "attempt:started", attempt: 1, branch },
    { ...finished, result: resultWith("a") },
  ];
  let task: Task | undefined;
  for (const event of events) task = step(task, { event, policy }).task;
  return task ?? expect.unreachable();
}

function offer(task: Task, expiresAt = 5000): TaskEvent {
  const result = "result" in task && task.result !== undefined ? task.result : resultWith("a");
  const { commit } = result;
  return { type: "approval:offered", by, hash: hashToken(word), commit, content: contentOf(task, result), expiresAt };
}

const given = { type: "approval:given", by: "cli:bob", hash: hashToken("0123456789abcdef") } as const;

function codeOf(task: Task, said: Said): string {
  const moved = say(task, said);
  return moved.ok ? "ok" : moved.error.code;
}

test("a token approves the result it was given out for, once, whatever its letters' case and dashes", () => {
  const offered = step(waiting(), { event: offer(waiting()) });
  expect(JSON.stringify(offered.task)).not.toContain("89ab");
  const approved = step(offered.task, { event: given });
  expect(approved.effects.map(({ effect }) => effect.kind)).toEqual(["result:merge"]);
  expect(approved.task).toMatchObject({ status: "in_review", approval: { by: "cli:bob" } });
  expect(codeOf(approved.task, { event: given })).toBe("token_used");
  const mergeCommit = resultWith("c").commit;
  const { task } = step(approved.task, { event: { type: "result:merged", mergeCommit } });
  expect(codeOf(task, { event: given }), "also when all is over").toBe("token_used");
});

test("other words, a token that has expired and one of another task's are refused, and nothing changes", () => {
  const { task } = step(waiting(), { event: offer(waiting()) });
  expect(codeOf(task, { event: { ...given, hash: hashToken("fedcba9876543210") } })).toBe("token_wrong");
  expect(codeOf(waiting(), { event: given })).toBe("token_wrong");
  expect(codeOf(task, { event: given, now: 5000 })).toBe("token_expired");
  expect(codeOf(task, { event: { ...given, pastExpiry: true }, now: 5000 })).toBe("ok");
  expect(codeOf(task, { event: given, now: 4999 })).toBe("ok");
});

test("another commit or other words void a token, and a result that moved is not offered", () => {
  const offered = step(waiting(onForge), { event: offer(waiting(onForge)), policy: onForge }).task;
  const words = { title: "y", body: "", labels: [], pins: {}, priority: 0 };
  const edited = step(offered, { event: { type: "task:edited", by, words }, policy: onForge }).task;
  expect(codeOf(edited, { event: given, policy: onForge })).toBe("token_moved");
  const again = { ...offered, result: resultWith("b") } as Task;
  expect(codeOf(again, { event: given, policy: onForge })).toBe("token_moved");
  expect(codeOf(again, { event: offer(waiting(onForge)), policy: onForge })).toBe("token_moved");
  const retried = step(offered, { event: { type: "task:retried", by }, policy: onForge }).task;
  expect(codeOf(retried, { event: given, policy: onForge })).toBe("token_moved");
});

test("on a forge the approval is of the commit, and says when it holds past the gate", () => {
  const offered = step(waiting(onForge), { event: offer(waiting(onForge)), policy: onForge });
  expect(
    offered.effects.map(({ effect }) => effect.kind),
    "what it waited for is planned anew",
  ).toEqual(["pull:open"]);
  const past = step(offered.task, { event: { ...given, pastGate: true }, policy: onForge }).task;
  expect(past).toMatchObject({ approval: { commit: resultWith("a").commit, by: "cli:bob", pastGate: true } });
});

test("a word about one result merges no other", () => {
  const task = waiting(onForge);
  const about = (commit: BranchResult["commit"]): TaskEvent => ({
    type: "merge:requested",
    by,
    commit,
  });
  expect(codeOf(task, { event: about(resultWith("b").commit), policy: onForge })).toBe("move_refused");
  const granted = step(task, { event: about(resultWith("a").commit), policy: onForge }).task;
  expect(granted).toMatchObject({ approval: { commit: resultWith("a").commit, by } });
});

test("nothing is offered without a result, for one that is approved already, or that nobody has to approve", () => {
  const created = step(undefined, { event: { type: "task:created", spec } }).task;
  expect(codeOf(created, { event: offer(created) })).toBe("move_refused");
  const merging = step(waiting(), { event: { type: "merge:requested", by } }).task;
  expect(codeOf(merging, { event: offer(merging) })).toBe("move_refused");
  const auto: TaskPolicy = { ...defaultPolicy, merge: "auto" };
  expect(codeOf(waiting(auto), { event: offer(waiting(auto)), policy: auto })).toBe("move_refused");
});

test("five tokens are kept, and what is older is unknown", () => {
  let task = waiting();
  for (let index = 0; index < 6; index += 1) {
    task = step(task, { event: { ...offer(task), hash: index === 0 ? given.hash : String(index) } as TaskEvent }).task;
  }
  expect(task.tokens).toHaveLength(5);
  expect(codeOf(task, { event: given })).toBe("token_wrong");
});
