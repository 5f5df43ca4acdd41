import { describe, expect, test } from "vitest";

import type { Attempt } from "./attempt.ts";
import { internalTaskId, parseAgentName, parseBranchName, parseCommitSha, parseProjectId } from "./ids.ts";
import { kindOfTask, landingsOf } from "./landing.ts";
import { unwrap } from "./result.ts";
import type { Outcome, Task, TaskBase, TaskState } from "./task.ts";
import { verdictOf, type Reason } from "./verdict.ts";

const project = unwrap(parseProjectId("acme/app"));
const branch = unwrap(parseBranchName("work"));
const commit = unwrap(parseCommitSha("a".repeat(40)));
const other = unwrap(parseCommitSha("b".repeat(40)));
const id = internalTaskId(1);

const base: TaskBase = {
  project,
  id,
  title: "",
  body: "",
  labels: ["bug"],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
  attempts: 0,
  lastAttempt: 0,
  failures: [],
  avoid: [],
  createdAt: 0,
  updatedAt: 0,
  version: 1,
};

type Ended = "pass" | "update" | "running" | Reason;

type Written = `${string}=${Ended}`;

/** An attempt for each `agent=how it ended`. */
function attempts(...ends: readonly Written[]): readonly Attempt[] {
  return ends.map((written, index) => {
    const [name = "", ended = ""] = written.split("=");
    const assignment = { agent: unwrap(parseAgentName(name)), complexity: "simple", why: "" } as const;
    const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costUsd: 0.5 };
    const record = {
      project,
      id,
      attempt: index + 1,
      assignment,
      phase: "finished",
      startedAt: 0,
      usage,
      commit,
    } as const;
    if (ended === "running") return record;
    const ends = { ...record, endedAt: index + 1 };
    if (ended === "update") return { ...ends, updates: index, verdict: { kind: "pass" } };
    return { ...ends, verdict: ended === "pass" ? { kind: "pass" } : verdictOf(ended as Reason, "") };
  });
}

const result = (attempt: number) => ({ branch, commit, attempt, base: branch, checks: 1 });
const done = (outcome: Outcome): TaskState => ({ status: "done", outcome });
const merged = (attempt: number, head = commit): TaskState =>
  done({ kind: "merged", result: result(attempt), mergeCommit: commit, head });
const cancelled: TaskState = { status: "cancelled", why: "" };
const held = (reason: Reason): TaskState => ({ status: "needs_review", reason, detail: "" });
const closed = (over: object): TaskState => done({ kind: "closed", by: "octo", ...over });

/** What each agent's part came to, in short. */
function told(state: TaskState, ...ends: readonly Written[]): string {
  const task: Task = { ...base, ...state };
  return landingsOf(task, attempts(...ends))
    .map(({ agent, fate, reworks }) => `${agent} ${fate}${reworks === 0 ? "" : ` ${reworks}`}`)
    .join(", ");
}

describe("landingsOf", () => {
  test.each<[string, string, TaskState, readonly Written[]]>([
    ["taken as it was made", "a landed", merged(1), ["a=pass"]],
    ["published, where nothing is merged", "a landed", done({ kind: "published", result: result(1) }), ["a=pass"]],
    ["asked for more once", "a reworked 1", merged(2), ["a=pass", "a=pass"]],
    ["failed checks first", "a reworked 2", merged(3), ["a=checks_failed", "a=agent_incomplete", "a=pass"]],
    ["a person pushed something before", "a reworked 1", merged(1, other), ["a=pass"]],
    ["another one had to do it", "a lost, b landed", merged(2), ["a=context_overflow", "b=pass"]],
    ["another one went on with what had passed", "a reworked 1, b landed", merged(2), ["a=pass", "b=pass"]],
    ["brought on top of its base by orch", "a landed", merged(2), ["a=pass", "a=update"]],
    ["limits and logins say nothing", "a landed", merged(4), ["a=rate_limited", "a=usage_limited", "a=auth", "a=pass"]],
    [
      "nor do losses of the machine",
      "a landed",
      merged(4),
      ["a=session_lost", "a=infrastructure", "a=network", "a=pass"],
    ],
    [
      "nor a question or a program that is missing",
      "b landed",
      merged(3),
      ["a=agent_asked", "a=missing_tool", "b=pass"],
    ],
    ["nor an attempt that a person stopped", "a landed", merged(2), ["a=interrupted", "a=pass"]],
    ["given up after work", "a lost, b lost", cancelled, ["a=pass", "b=checks_failed"]],
    ["given up before work", "", cancelled, []],
    ["given up while the service was limited", "", cancelled, ["a=rate_limited"]],
    ["failed out", "a lost", held("max_attempts"), ["a=checks_failed", "a=checks_failed"]],
    ["rejected by its reviewer", "a lost", held("review_rejected"), ["a=pass"]],
    ["its pull request was closed without a merge", "a lost", held("pull_closed"), ["a=pass"]],
    ["held back by a person", "", held("held"), ["a=pass"]],
    ["before a person for nobody's fault", "", held("agents_exhausted"), ["a=checks_failed", "a=rate_limited"]],
    ["before a person for a login", "", held("auth"), ["a=auth"]],
    ["merged by a person meanwhile", "a landed", closed({ mergeCommit: commit, head: commit }), ["a=pass"]],
    ["merged by a person without any work here", "", closed({ mergeCommit: commit }), []],
    ["closed as done without a merge", "", closed({}), ["a=pass"]],
    ["answered", "", done({ kind: "unchanged", why: "answer" }), ["a=pass"]],
    ["opened again", "", { status: "new" }, ["a=pass"]],
    ["at work", "", { status: "in_review", result: result(1) }, ["a=pass"]],
    ["an attempt without its end", "a landed", merged(1), ["a=pass", "a=running"]],
  ])("%s", (...[, expected, state, ends]) => {
    expect(told(state, ...ends)).toBe(expected);
  });

  test("tells where, what for, when and for how much", () => {
    expect(landingsOf({ ...base, ...merged(2) }, attempts("a=rate_limited", "a=pass"))).toEqual([
      { project, kind: "bug", complexity: "simple", agent: "a", fate: "landed", reworks: 0, costUsd: 0.5, at: 2 },
    ]);
  });

  test("a cost that is not known of each attempt is not made up", () => {
    const [first, second] = attempts("a=pass", "a=pass");
    if (first === undefined || second === undefined) throw new Error("no attempts");
    const { costUsd: _costUsd, ...usage } = second.usage;
    expect(landingsOf({ ...base, ...merged(2) }, [first, { ...second, usage }])[0]).not.toHaveProperty("costUsd");
  });
});

test.each([
  [["orch", "Bug"], "bug"],
  [["enhancement"], "feature"],
  [["bug", "type:migration"], "migration"],
  [["kind/documentation"], "docs"],
  [["type: fix"], "bug"],
  [["type:<script>", "constructor", "__proto__"], undefined],
  [[], undefined],
])("the kind of a task with labels %j is %s", (labels, expected) => {
  expect(kindOfTask({ labels })).toBe(expected);
});
