import { contentOf, hashToken, noUsage, unwrap, type Attempt, type BranchResult } from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openForgeScene } from "./forge-scene.ts";
import { base, branch, openScene, project, settle, spec } from "./scene.ts";

const nothing = { checksPassed: 0, checksFailed: 0, changedFiles: 0, addedLines: 0, commands: 0, failedCommands: 0 };
const graded: Pick<Attempt, "grade" | "semantic"> = {
  grade: { outcome: "pass", nextAction: "advance", evidence: nothing, notes: [], insight: "" },
  semantic: { by: "facts", accepted: true, why: "It is as asked." },
};

test("a result that is not done by the definition has no pull request until a person approves past the gate", async () => {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const configured = {
    ...own,
    policy: { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } },
    forge: { ...sampleForge, pull: { ...sampleForge.pull, gate: "enforce" as const } },
  };
  const commit = await forge.people.push({ branch, files: { "a.txt": "a" } });
  const result: BranchResult = { branch, base, commit, attempt: 1, checks: 1 };
  scene.run = async ({ task: { id, attempt, assignment } }) => ({
    kind: "finished",
    attempt: { project, id, attempt, assignment, phase: "publishing", startedAt: 0, usage: noUsage, commit },
    verdict: { kind: "pass" },
    fingerprint: "",
    result,
  });
  const projects = { get: () => configured, list: () => [configured] };
  const engine = createEngine({ ...scene.deps, projects, forges: { of: () => forge, key: new Uint8Array(32) } });
  onTestFinished(() => engine[Symbol.asyncDispose]());
  await engine.start();
  const ref = unwrap(await engine.create({ project, spec, actor: "me" }));
  const calm = async (): Promise<void> => {
    for (let turn = 0; turn < 6; turn += 1) await settle();
  };
  const task = () => scene.store.task({ project, id: ref.id });
  const held = {
    status: "needs_review",
    reason: "gate_failed",
    detail: expect.stringContaining("missing_contract") as string,
  };
  await calm();
  expect(await task()).toMatchObject(held);

  unwrap(await engine.act({ task: ref, event: { type: "merge:requested", by: "me" }, actor: "me" }));
  await calm();
  expect(await task(), "a wish that does not know of the gate").toMatchObject(held);
  expect(await forge.openPulls()).toEqual([]);

  const hash = hashToken("word");
  const content = contentOf(spec, result);
  const offered = {
    type: "approval:offered",
    by: "me",
    hash,
    commit,
    content,
    expiresAt: scene.clock.now() + 1,
  } as const;
  unwrap(await engine.act({ task: ref, event: offered, actor: "me" }));
  unwrap(
    await engine.act({ task: ref, event: { type: "approval:given", by: "me", hash, pastGate: true }, actor: "me" }),
  );
  await calm();
  const [pull] = await forge.openPulls();
  expect(pull).toMatchObject({ head: commit, title: spec.title });
  expect(await task()).toMatchObject({ status: "in_review", pull: { number: pull?.number }, approval: { commit } });
});

test("an attempt that is less than the first one is not merged at a word that does not know of the gate", async () => {
  const settings = { ...sampleForge, pull: { ...sampleForge.pull, gate: "enforce" as const } };
  const { forge, pass, scene, task } = await openForgeScene({ settings });
  const before = scene.run;
  scene.run = async (run) => {
    const outcome = await before(run);
    if (outcome.kind !== "finished") return outcome;
    const { attempt } = outcome;
    const { commit = expect.unreachable() } = attempt;
    const judged: Attempt = { ...attempt, baseCommit: commit, verdict: { kind: "pass" } };
    return { ...outcome, attempt: attempt.attempt === 1 ? { ...judged, ...graded } : judged };
  };
  const id = await forge.people.openIssue({ title: "Fix it", body: "Add a line.", labels: ["orchestrate"] });
  await pass(60_000);
  const number = (await task(id)).pull?.number ?? 0;
  await forge.people.review({ number, decision: "request_changes", body: "Another one." });
  await pass(90_000);
  const held = { status: "needs_review", reason: "gate_failed", detail: "missing_digest, insufficient_test_evidence" };
  const now = await task(id);
  expect(now).toMatchObject({ ...held, lastAttempt: 2 });
  if (now.status !== "needs_review" || now.result === undefined) return expect.fail("there is no result");

  await forge.people.report({ commit: now.result.commit, name: "ci", state: "passing", kind: "check" });
  await forge.people.review({ number, decision: "approve", body: "" });
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(300_000);
  expect(await task(id)).toMatchObject(held);
  expect(forge.state.pulls.get(number)?.state).toBe("open");
});
