import { noUsage, orchError, type AgentReport, type AttemptOutcome } from "@orch/core";
import { describeAttemptRunner } from "@orch/testing";
import { expect, test } from "vitest";

import { openBench } from "../test/bench.ts";
import { change, check, commit, openScene, type Scene } from "../test/scene.ts";
import { createRunner } from "./runner.ts";

function reasonOf(outcome: AttemptOutcome): string {
  if (outcome.kind === "abandoned") return "abandoned";
  return outcome.verdict.kind === "pass" ? "pass" : outcome.verdict.reason;
}

async function reasonIn(arrange: (scene: Scene) => void): Promise<string> {
  const scene = await openScene();
  arrange(scene);
  const outcome = await scene.run();
  const published = scene.asked.includes("publish");
  expect(published, "only what passes is published").toBe(
    reasonOf(outcome) === "pass" || reasonOf(outcome) === "branch_taken",
  );
  return reasonOf(outcome);
}

const done: AgentReport = {
  status: "done",
  summary: "",
  accomplished: [],
  remaining: [],
  files: [],
  learnings: [],
  blockers: [],
  delegations: [],
};

describeAttemptRunner("runner", { make: openBench });

test("a checked change is published, with the receipts that prove it", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("lint"), check("test")] };
  scene.conclusion = { report: done, usage: { ...noUsage, outputTokens: 7 } };
  const outcome = await scene.run();
  expect(outcome).toMatchObject({
    verdict: { kind: "pass" },
    result: { commit, checks: 2 },
    attempt: { usage: { outputTokens: 7 } },
  });
  expect(scene.started).toEqual(["agent", "tidy", "verify", "lint", "verify", "test", "verify"]);
  const receipts = await scene.store.receipts(scene.attempt());
  expect(receipts).toMatchObject([
    { check: "lint", commit, exitCode: 0, clean: true },
    { check: "test", commit, exitCode: 0, clean: true },
  ]);
  expect(scene.files.get("1/agent/auth.json")).toBe("removed");
});

test("a task that nobody has read gives a report, and nothing is collected or published", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")], hooks: { afterRun: check("hook") } };
  scene.conclusion = { report: { ...done, summary: "It is in a.txt." }, usage: noUsage };
  const { task, ...run } = scene.attemptRun();
  const outcome = await createRunner(scene.deps).run({ ...run, task: { ...task, trust: "untrusted" } });
  expect(outcome).toMatchObject({ verdict: { kind: "human", reason: "untrusted_task", detail: "It is in a.txt." } });
  expect(scene.asked).toEqual(["prepare"]);
  expect(scene.prompted).toMatchObject([{ readOnly: true }]);
  expect(scene.specs).toMatchObject([
    {
      purpose: "agent",
      sandbox: { mode: "srt", write: ["/state/1/agent"], read: expect.arrayContaining(["/clone"]) as unknown },
    },
    { purpose: "hook" },
  ]);
});

test("what a task's words hide is kept and told", async () => {
  const scene = await openScene();
  scene.hidden = [
    { where: "body", kind: "comment", text: "do SECRET" },
    { where: "title", kind: "invisible", text: "evil" },
  ];
  await scene.run();
  expect(JSON.parse(scene.files.get("1/hidden.json") ?? "")).toEqual([
    { where: "body", kind: "comment", text: "do ***" },
    { where: "title", kind: "invisible", text: "evil" },
  ]);
  expect((await scene.store.attempt(scene.attempt()))?.warnings).toEqual([
    "The task's words hold 2 passages that nobody sees (comment in the body, invisible in the title): look at hidden.json in the attempt's folder.",
  ]);
});

test("what an agent without a sandbox wrote outside waits for a person, with the published result", async () => {
  const scene = await openScene();
  scene.outside = ["/repository/a.txt"];
  const verdict = { kind: "human", reason: "wrote_outside", detail: "Changed meanwhile: /repository/a.txt." };
  expect(await scene.run()).toMatchObject({ verdict, result: { commit, unconfined: true } });
  scene.outside = [];
  expect(await scene.run(), "looked at once").toMatchObject({ verdict });
  expect(scene.asked.filter((what) => what === "look again")).toHaveLength(1);
});

test("what fails on top of a write outside publishes nothing", async () => {
  const scene = await openScene();
  scene.outside = ["/repository/a.txt"];
  scene.collected = change({ strays: ["other"] });
  const outcome = await scene.run();
  expect(outcome).toMatchObject({ verdict: { reason: "wrote_outside" } });
  expect(outcome).not.toHaveProperty("result");
});

test("in a sandbox nothing is looked at afterwards, and the result counts as confined", async () => {
  const scene = await openScene();
  scene.settings = { sandbox: "bwrap" };
  scene.ends = { agent: { sandbox: "bwrap" } };
  scene.outside = ["/repository/a.txt"];
  const outcome = await scene.run();
  expect(outcome).toMatchObject({ verdict: { kind: "pass" } });
  expect(outcome).not.toHaveProperty("result.unconfined");
  expect(scene.asked.filter((what) => what.startsWith("look"))).toEqual([]);
});

test.each<[string, (scene: Scene) => void]>([
  ["no_changes", (scene) => (scene.collected = change({ diff: { files: [], added: 0, deleted: 0 } }))],
  ["wrong_branch", (scene) => (scene.collected = change({ strays: ["other"] }))],
  ["wrong_branch", (scene) => (scene.collected = { kind: "refused", reason: "wrong_branch", detail: "HEAD moved" })],
  ["secret_found", (scene) => (scene.findings = [{ reason: "secret_found", path: "a.txt", detail: "a token" }])],
  ["branch_taken", (scene) => (scene.published = { kind: "refused", reason: "branch_taken", detail: "not ours" })],
  ["required_tools", (scene) => (scene.settings = { requiredTools: ["absent"] })],
  ["no_agent", (scene) => (scene.settings = { agents: {} })],
  ["session_lost", (scene) => (scene.ends = { agent: { lost: 1 } })],
  ["left_processes", (scene) => (scene.ends = { agent: { survivors: 1 } })],
  ["missing_tool", (scene) => (scene.launchError = orchError("agent_missing", "no codex here"))],
  ["no_agent", (scene) => (scene.launchError = orchError("config_invalid", "no such option"))],
  [
    "setup_failed",
    (scene) =>
      void Object.assign(scene, { settings: { hooks: { beforeRun: check("hook") } }, ends: { hook: { code: 1 } } }),
  ],
  [
    "pass",
    (scene) =>
      void Object.assign(scene, { settings: { hooks: { afterRun: check("hook") } }, ends: { hook: { code: 1 } } }),
  ],
])("ends with %s (case %#)", async (reason, arrange) => {
  expect(await reasonIn(arrange)).toBe(reason);
});

test("a failed check tells the next attempt, all checks at once", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("lint"), check("test")] };
  scene.ends = { lint: { code: 2, output: "SECRET\n" }, test: { cause: "wall" } };
  const outcome = await scene.run();
  expect(reasonOf(outcome)).toBe("checks_failed");
  const lesson = outcome.kind === "finished" ? outcome.attempt.lesson : "";
  expect(lesson).toContain("lint (exit code 2), test (timed out)");
  const [first, second] = await scene.store.receipts(scene.attempt());
  expect(first?.outputTail).toBe("***\n");
  expect(second).toMatchObject({ timedOut: true });
  expect(second).not.toHaveProperty("exitCode");
});

test("a check that passes on a changed working tree proves nothing", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")] };
  scene.ends = { verify: { code: 1 } };
  expect(reasonOf(await scene.run())).toBe("checks_failed");
  expect(await scene.store.receipts(scene.attempt())).toMatchObject([{ exitCode: 0, clean: false }]);
});

test("a receipt names what differs, and a verifier that can't tell is nobody's fault", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")] };
  scene.ends = { verify: { code: 1, output: "left-over.txt\n" } };
  await scene.run();
  const [receipt] = await scene.store.receipts(scene.attempt());
  expect(receipt?.outputTail).toContain("differs from the commit:\nleft-over.txt");
  const blind = await openScene();
  blind.settings = { checks: [check("test")] };
  blind.ends = { verify: { code: 2 } };
  await expect(blind.run()).rejects.toMatchObject({ code: "git_failed" });
});

test("a change of an ignore rule can't hide what the checks need: ignored files go, and the set-up runs again", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")], hooks: { afterCreate: check("set-up") } };
  scene.reused = true;
  const file = { path: "lib/.gitignore", change: "modified", added: 1, deleted: 0, binary: false } as const;
  scene.collected = change({ diff: { files: [file], added: 1, deleted: 0 } });
  expect(reasonOf(await scene.run())).toBe("pass");
  expect(scene.started.slice(-5)).toEqual(["scrub", "set-up", "verify", "test", "verify"]);
});

test("checks with one name each have a receipt", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test"), { ...check("test"), run: ["other"] }, check("test-2")] };
  const outcome = await scene.run();
  expect(outcome).toMatchObject({ result: { checks: 3 } });
  const receipts = await scene.store.receipts(scene.attempt());
  expect(receipts.map((receipt) => receipt.check)).toEqual(["test", "test-2", "test-2-2"]);
});

test("a check whose supervisor died is run again, twice at most, and then it is nobody's verdict", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")] };
  scene.ends = { test: { lost: 1 } };
  expect(reasonOf(await scene.run())).toBe("pass");
  expect(scene.started.filter((word) => word === "test")).toHaveLength(2);
  expect(scene.released.filter((id) => id.includes("-test-"))).toHaveLength(2);
  const unlucky = await openScene();
  unlucky.settings = { checks: [check("test")] };
  unlucky.ends = { test: { lost: 3 } };
  await expect(unlucky.run()).rejects.toMatchObject({ code: "session_failed" });
});

test("an agent whose start an earlier daemon died over is started, not waited for", async () => {
  const scene = await openScene();
  scene.halfStarted = true;
  expect(reasonOf(await scene.run())).toBe("pass");
  expect(scene.started.filter((word) => word === "agent")).toHaveLength(1);
});

test("a set-up that failed is owed to the next attempt, one that passed is not", async () => {
  const scene = await openScene();
  scene.settings = { hooks: { afterCreate: check("set-up") } };
  scene.ends = { "set-up": { code: 1 } };
  expect(reasonOf(await scene.run(1))).toBe("setup_failed");
  scene.reused = true;
  scene.ends = {};
  expect(reasonOf(await scene.run(2))).toBe("pass");
  expect(reasonOf(await scene.run(3))).toBe("pass");
  expect(scene.started.filter((word) => word === "set-up")).toHaveLength(2);
  scene.reused = false;
  await scene.run(4);
  expect(scene.started.filter((word) => word === "set-up")).toHaveLength(3);
});
