import { noUsage, type AgentConclusion, type AgentReport, type ExitCause, type SessionExit } from "@orch/core";
import { expect, test } from "vitest";

import { openScene } from "../test/scene.ts";

const report: AgentReport = {
  status: "done",
  summary: "",
  accomplished: [],
  remaining: [],
  files: [],
  learnings: [],
  blockers: [],
  delegations: [],
};

async function judge(exit: Partial<SessionExit>, conclusion: Omit<AgentConclusion, "usage"> = {}) {
  const scene = await openScene();
  scene.ends = { agent: exit };
  scene.conclusion = { ...conclusion, usage: noUsage };
  const outcome = await scene.run();
  if (outcome.kind === "abandoned") throw new Error(outcome.why);
  expect(scene.asked).toContain("collect");
  return outcome.verdict;
}

test.each<[ExitCause, string]>([
  ["wall", "wall_timeout"],
  ["silence", "silence"],
  ["no_progress", "no_progress"],
  ["output", "output_limit"],
  ["spawn_failed", "launch_failed"],
  ["sandbox_unavailable", "sandbox_unavailable"],
  ["stopped", "interrupted"],
  ["supervisor_failed", "session_lost"],
  ["signalled", "agent_failed"],
])("a session that ended by %s is %s, whatever the agent claims", async (cause, reason) => {
  expect(await judge({ cause }, { report })).toMatchObject({ reason });
});

test("silence after a question asks a person", async () => {
  const failure = { class: "waiting_for_input", message: "Overwrite? [y/N]" } as const;
  const outcome = { kind: "human", reason: "agent_asked", detail: "Overwrite? [y/N]" };
  expect(await judge({ cause: "silence" }, { failure })).toEqual(outcome);
  expect(await judge({ cause: "wall" }, { failure })).toMatchObject({ reason: "wall_timeout" });
});

test("an exit code but 0 outweighs the claim to be done", async () => {
  const detail: unknown = expect.stringContaining("exit code 3");
  expect(await judge({ code: 3 }, { report })).toMatchObject({ reason: "agent_failed", detail });
  expect(await judge({ code: 0 }, { report })).toEqual({ kind: "pass" });
});

test("an end that another try would meet again brings a person", async () => {
  const failure = { class: "failed", message: "touch: /srv/x: Read-only file system" } as const;
  expect(await judge({ code: 1 }, { failure })).toMatchObject({ kind: "human", reason: "hard_failure" });
});

test("a failure of the service outweighs everything that the agent wrote, and keeps its time", async () => {
  const failure = { class: "rate_limit", message: "slow down", retryAt: 9_000 } as const;
  expect(await judge({ code: 1 }, { report, failure })).toMatchObject({ reason: "rate_limited", retryAt: 9_000 });
  expect(await judge({}, { report, failure: { class: "auth", message: "log in" } })).toMatchObject({
    kind: "retryable",
    reason: "auth",
  });
});

test("a report that can't be read is no report", async () => {
  expect(await judge({}, { reportProblem: "no status" })).toMatchObject({ reason: "invalid_output" });
});

test.each<[Partial<AgentReport>, string]>([
  [{ status: "in_progress", remaining: ["tests"] }, "agent_incomplete"],
  [{ status: "blocked", blockers: ["no network"] }, "agent_blocked"],
  [{ status: "needs_review", needsHelp: "which one?" }, "agent_asked"],
])("the claim %j is %s", async (claim, reason) => {
  expect(await judge({}, { report: { ...report, ...claim } })).toMatchObject({ reason });
});

test.each<AgentReport["status"]>(["in_progress", "blocked"])(
  "parts handed out with %s are waited for",
  async (status) => {
    const delegations = [{ title: "Docs", body: "", labels: [] }];
    expect(await judge({}, { report: { ...report, status, delegations } })).toMatchObject({ reason: "delegated" });
  },
);

test.each<AgentReport["status"]>(["in_progress", "blocked", "needs_review"])(
  "a claim of %s without a word still says something",
  async (status) => {
    const verdict = await judge({}, { report: { ...report, status, needsHelp: "" } });
    expect("detail" in verdict ? verdict.detail : "").toMatch(/\w+ \w+/);
  },
);

test("without a report the work itself is looked at", async () => {
  expect(await judge({})).toEqual({ kind: "pass" });
});
