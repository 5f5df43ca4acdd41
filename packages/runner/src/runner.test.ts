import { noUsage, orchError, parseCommitSha, unwrap, type AgentReport, type AttemptOutcome } from "@orch/core";
import { describeAttemptRunner } from "@orch/testing";
import { createFakeClock } from "@orch/testing/fake-clock";
import { expect, test } from "vitest";

import { openBench } from "../test/bench.ts";
import { base, branch, change, check, commit } from "../test/scene-facts.ts";
import { openScene, type Scene } from "../test/scene.ts";
import type { RunnerDeps } from "./deps.ts";
import { createRunner } from "./runner.ts";

const other = unwrap(parseCommitSha("c".repeat(40)));

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
    ["pass", "branch_taken", "push_refused"].includes(reasonOf(outcome)),
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

test.each([
  { failures: 2, reason: "pass", pushes: 3 },
  { failures: 9, reason: "push_failed", pushes: 3 },
])("of a push that fails $failures times only the push is repeated, at most three times", async (given) => {
  const scene = await openScene();
  const publish = scene.deps.workspace.publish.bind(scene.deps.workspace);
  const clock = createFakeClock();
  Object.assign(scene.deps, { clock });
  let pushes = 0;
  scene.deps.workspace.publish = async (request) => {
    pushes += 1;
    if (pushes <= given.failures) throw orchError("git_failed", "git push failed: the remote end hung up");
    return publish(request);
  };
  const running = scene.run();
  for (let step = 0; step < 60; step += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (pushes > 0) await clock.advance(10_000);
  }
  const outcome = await running;
  expect([reasonOf(outcome), pushes]).toEqual([given.reason, given.pushes]);
  expect(scene.started).toEqual(["agent", "tidy"]);
  if (given.reason === "push_failed")
    expect(outcome).toMatchObject({
      verdict: { detail: "git push failed: the remote end hung up" },
      result: { commit, unpublished: true },
    });
});

test("a commit that was not pushed is checked and pushed again without an agent, where its base has not moved", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")] };
  scene.update = { branch, base, commit, attempt: 1, checks: 1, unpublished: true };
  scene.rebased = { kind: "rebased", commit, onto: other, moved: false };
  const outcome = await scene.run(2);
  expect(outcome).toMatchObject({ verdict: { kind: "pass" }, result: { commit, attempt: 2 } });
  expect(outcome).not.toHaveProperty("result.unpublished");
  expect(scene.started).toEqual(["verify", "test", "verify"]);
});

test("what shows the branch beside its issue is told before the push, with where the work began", async () => {
  const scene = await openScene();
  const told: unknown[] = [];
  const linkBranch: RunnerDeps["linkBranch"] = async ({ task: { id }, ...link }) => {
    told.push({ id, ...link, published: scene.asked.includes("publish") });
  };
  await createRunner({ ...scene.deps, linkBranch }).run(scene.attemptRun());
  expect(told).toEqual([{ id: scene.attempt().id, branch, commit: "a".repeat(40), published: false }]);
});

test("a result is brought up to date without an agent, checked and published", async () => {
  const scene = await openScene();
  scene.settings = { checks: [check("test")], hooks: { afterCreate: check("set-up") } };
  scene.update = { branch, base, commit: other, attempt: 1, checks: 1, unconfined: true };
  const outcome = await scene.run(2);
  expect(outcome).toMatchObject({
    verdict: { kind: "pass" },
    result: { commit, attempt: 2, checks: 1, unconfined: true },
  });
  expect(scene.asked).toEqual(["rebase", "prepare", "collect", "inspect", "publish"]);
  expect(scene.started).toEqual(["set-up", "verify", "test", "verify"]);
  expect(await scene.store.receipts(scene.attempt(2))).toMatchObject([{ check: "test", commit, exitCode: 0 }]);
});

test("what can't be brought up to date by itself names the files, and is not published", async () => {
  const scene = await openScene();
  scene.update = { branch, base, commit: other, attempt: 1, checks: 0 };
  scene.rebased = { kind: "conflict", base, files: ["a.txt", "b/c.txt"] };
  const outcome = await scene.run(2);
  expect(outcome).toMatchObject({ verdict: { kind: "human", reason: "merge_conflict" } });
  expect(outcome.kind === "finished" && outcome.verdict.kind === "human" && outcome.verdict.detail).toContain(
    "Files: a.txt, b/c.txt. Merge origin/main into it",
  );
  scene.rebased = { kind: "rebased", commit: other, onto: other, moved: false };
  expect(reasonOf(await scene.run(3))).toBe("merge_refused");
  expect(scene.asked).toEqual(["rebase", "rebase"]);
  scene.rebased = { kind: "rebased", commit, onto: other, moved: true };
  scene.settings = { checks: [check("test")] };
  scene.ends = { test: { cause: "exited", code: 1 } };
  expect(reasonOf(await scene.run(4))).toBe("checks_failed");
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

test("a task that is to be divided changes nothing, and hands out what its agent found", async () => {
  const scene = await openScene();
  const delegations = [{ title: "The doors", body: "", labels: [] }];
  const { task, ...run } = scene.attemptRun();
  const divide = (over: Partial<typeof task> = {}) =>
    createRunner(scene.deps).run({ ...run, task: { ...task, plan: true, ...over } });
  scene.conclusion = { report: { ...done, delegations }, usage: noUsage };
  expect(await divide()).toMatchObject({ verdict: { kind: "retryable", reason: "delegated" } });
  expect(scene.asked).not.toContain("collect");
  expect(scene.prompted).toMatchObject([{ planning: true }]);
  expect(scene.specs).toMatchObject([{ purpose: "agent", sandbox: { write: ["/state/1/agent"] } }]);
});

test("a task that is to be divided and has no parts is for a person", async () => {
  const scene = await openScene();
  const { task, ...run } = scene.attemptRun();
  scene.conclusion = { report: { ...done, summary: "It is one thing." }, usage: noUsage };
  expect(await createRunner(scene.deps).run({ ...run, task: { ...task, plan: true } })).toMatchObject({
    verdict: { kind: "human", reason: "no_parts", detail: "It is one thing." },
  });
});

test("a task's own pace bounds its agent", async () => {
  const scene = await openScene();
  scene.settings = { limits: { wallMs: 600_000, silenceMs: 1, noProgressMs: 1, outputBytes: 0, nudgeShare: 0.5 } };
  const { task, ...run } = scene.attemptRun();
  await createRunner(scene.deps).run({ ...run, task: { ...task, pace: { checkinMs: 60_000, budgetMs: 300_000 } } });
  const limits = { wallMs: 300_000, silenceMs: 120_000, noProgressMs: 120_000 };
  expect(scene.specs.find(({ purpose }) => purpose === "agent")).toMatchObject({ limits });
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

test("what a person has to see goes with the result, and is told in the attempt's warnings, also after a crash", async () => {
  const scene = await openScene();
  scene.cautions = [{ kind: "script", path: "SECRET/package.json", what: "scripts" }];
  const cautions = [{ kind: "script", files: ["***/package.json: scripts"], count: 1 }];
  let left = 1;
  scene.beforeCommit = () => {
    if (scene.asked.includes("publish") && left-- > 0) throw new Error("crash");
  };
  await expect(scene.run()).rejects.toThrow("crash");
  scene.cautions = [];
  expect(await scene.run()).toMatchObject({ verdict: { kind: "pass" }, result: { commit, cautions } });
  expect(scene.asked.filter((what) => what === "inspect")).toHaveLength(1);
  expect((await scene.store.attempt(scene.attempt()))?.warnings).toEqual([
    "A person merges it, for it changes what package managers run (***/package.json: scripts).",
  ]);
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
  ["push_refused", (scene) => (scene.published = { kind: "refused", reason: "push_refused", detail: "GH013" })],
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
