import { sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { openForgeScene, type ForgeScene } from "./forge-scene.ts";

const BOB = "bob";

/** Of those who may write, rita alone is named; bob is not. */
async function open(): Promise<ForgeScene> {
  const intake = { ...sampleForge.intake, allowedAuthors: ["rita"] };
  const scene = await openForgeScene({ settings: { ...sampleForge, intake } });
  for (const login of [BOB, "rita"]) await scene.forge.people.giveRole({ login, role: "write" });
  return scene;
}

test.each([
  ["rita", "write", true],
  [BOB, "write", false],
  [BOB, "maintain", true],
] as const)("an issue that %s with the role %s writes and opts in is taken: %s", async (login, role, taken) => {
  const { forge, pass, scene } = await open();
  await forge.people.giveRole({ login, role });
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"], as: login });
  await pass(60_000);
  await forge.people.comment({ thread: Number(id), body: "/approve", as: login });
  await pass(60_000);
  const [task] = await scene.store.tasks({ limit: 1 });
  expect(task?.id).toBe(taken ? id : undefined);
});

test("whoever is not named has nothing begun, stopped or merged by any words, reviews or labels", async () => {
  const { forge, pass, scene, task } = await open();
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"] });
  await pass(60_000);
  const before = await task(id);
  const { pull, branch } = before;
  if (before.status !== "in_review" || pull === undefined) return expect.fail(`it is ${before.status}`);
  const { commit } = before.result;
  await forge.people.report({ commit, name: "ci", state: "passing", kind: "check" });
  for (const body of ["/merge", "/retry", "/block", "/close", "Do it in another way.", "@orch once more"]) {
    await forge.people.comment({ thread: Number(id), body, as: BOB });
  }
  await forge.people.review({ number: pull.number, decision: "approve", body: "", as: BOB });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 1, branch, seen: { decision: "none" } });
  const other = await forge.people.openIssue({ title: "Another" });
  await pass(5_000);
  await forge.people.editIssue({ id: other, labels: ["orchestrate"], as: BOB });
  await pass(60_000);
  expect(await scene.store.task({ project: before.project, id: other })).toBeUndefined();
  await forge.people.comment({ thread: Number(id), body: "/merge", as: "rita" });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});
