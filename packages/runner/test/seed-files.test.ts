import { internalTaskId, noUsage, type AgentReport, type Task } from "@orch/core";
import { expect, test } from "vitest";

import { openScene, type Scene } from "./scene.ts";

const report: AgentReport = {
  status: "done",
  summary: "Made SECRET safe.",
  accomplished: ["the lock"],
  remaining: [],
  files: ["a.txt"],
  learnings: ["Locks live in src."],
  blockers: [],
  delegations: [],
};

async function sceneWith(over: Partial<Task> = {}): Promise<Scene> {
  const scene = await openScene();
  const { task } = scene.attemptRun();
  const known = { ...task, title: "Fix SECRET", parent: internalTaskId(9), ...over };
  // The fields of a status come with it.
  await scene.store.commit({ writes: [{ kind: "task:put", task: known as Task }] });
  return scene;
}

function read(scene: Scene, name: string): unknown {
  return JSON.parse(scene.files.get(name) ?? "null");
}

test("result.json tells a pass as the first seed did", async () => {
  const scene = await sceneWith();
  scene.conclusion = { report, usage: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 7 } };
  await scene.run();
  expect(read(scene, "1/result.json")).toEqual({
    outcome: "success",
    agent: "robot",
    model: "default",
    exit_code: 0,
    attempt: 1,
    status: "done",
    summary: "Made *** safe.",
    input_tokens: 10,
    output_tokens: 7,
    duration_ms: 0,
    files: ["a.txt"],
    accomplished: ["the lock"],
    remaining: [],
    error: null,
    learnings: ["Locks live in src."],
    delegations: [],
  });
});

test("result.json tells a failure with the ends of what the agent printed, redacted", async () => {
  const scene = await sceneWith();
  scene.files.set("1/session/stderr.txt", `${"x".repeat(3000)}SECRET`);
  scene.files.set("1/session/capture.log", "working");
  scene.ends = { agent: { cause: "wall" } };
  await scene.run();
  expect(read(scene, "1/result.json")).toEqual({
    outcome: "error",
    agent: "robot",
    model: "default",
    exit_code: 124,
    attempt: 1,
    duration_ms: 0,
    error_class: "timeout",
    error_message: "The session ended: wall.",
    stderr_tail: `${"x".repeat(1997)}***`,
    stdout_tail: "working",
  });
  expect(await scene.store.attempt(scene.attempt())).toMatchObject({
    promptDigest: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
    errorTail: `${"x".repeat(1997)}***`,
  });
});

test("what an agent says about its own work is no error", async () => {
  const scene = await sceneWith();
  scene.conclusion = { report: { ...report, status: "blocked", blockers: ["no key"] }, usage: noUsage };
  await scene.run();
  expect(read(scene, "1/result.json")).toMatchObject({ outcome: "success", status: "blocked" });
  expect(read(scene, "sidecar.json")).toMatchObject({ status: "needs_review" });
});

test("sidecar.json holds texts and the memory of all attempts", async () => {
  const scene = await sceneWith({ pull: { number: 7, url: "https://github.test/pull/7" }, rounds: 2 });
  const price = { input: 1, output: 2 };
  scene.settings = { prices: { asOf: "2026-01-01", models: { "model-1": price } } };
  scene.events = [{ type: "session:ready", model: "model-1" }];
  scene.conclusion = { report, usage: { inputTokens: 1_000_000, cachedInputTokens: 0, outputTokens: 500_000 } };
  await scene.run();
  expect(read(scene, "sidecar.json")).toEqual({
    status: "in_review",
    title: "Fix ***",
    body: "",
    attempts: "1",
    branch: "task-x",
    worktree: "/clone",
    worktree_cleaned: "false",
    parent_id: "int-9",
    pr_number: "7",
    review_started: "false",
    review_cycles: "2",
    status_confirmed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
    summary: "Made *** safe.",
    agent: "robot",
    model: "model-1",
    complexity: "medium",
    route_reason: "only one",
    input_tokens: "1000000",
    output_tokens: "500000",
    input_cost_usd: "1.000000",
    output_cost_usd: "1.000000",
    total_cost_usd: "2.000000",
    memory: [
      {
        attempt: 1,
        agent: "robot",
        model: "model-1",
        learnings: ["Locks live in src."],
        error: null,
        files_modified: ["a.txt"],
        approach: "Made *** safe.",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
      },
    ],
  });
});

test("sidecar.json tells the status that follows, by the same rules as the task's own", async () => {
  const scene = await sceneWith({ avoid: ["other" as never], attempts: 10 });
  scene.conclusion = { failure: { class: "failed", message: "SECRET broke" }, usage: noUsage };
  await scene.run();
  expect(read(scene, "sidecar.json")).toMatchObject({
    status: "needs_review",
    attempts: "10",
    last_error: expect.stringContaining("*** broke") as unknown,
    limit_reroute_chain: "other",
    memory: [{ attempt: 1, error: expect.stringContaining("*** broke") as unknown }],
  });
});

test("profile, skills and parts are texts in which a script finds JSON and commas", async () => {
  const scene = await sceneWith();
  const run = scene.attemptRun();
  const profile = { role: "backend", skills: [], tools: ["git"], constraints: [] };
  scene.attemptRun = () => ({
    ...run,
    task: { ...run.task, assignment: { ...run.task.assignment, profile, skills: ["gh", "git-worktree"] } },
  });
  const part = { title: "The doors", body: "all of them", labels: ["ui"], suggestedAgent: "robot" };
  scene.conclusion = { report: { ...report, delegations: [part] }, usage: noUsage };
  await scene.run();
  expect(read(scene, "sidecar.json")).toMatchObject({
    agent_profile: JSON.stringify(profile),
    selected_skills: "gh,git-worktree",
    delegations: JSON.stringify([
      { title: "The doors", body: "all of them", labels: ["ui"], suggested_agent: "robot" },
    ]),
  });
});
