import { passedRun } from "@orch/testing/engine-world";
import { expect, test } from "vitest";

import { openReviewed, type Reviewed } from "./forge-scene.ts";

async function stubborn(green = true): Promise<Reviewed> {
  const reviewed = await openReviewed();
  const { forge, head, id, scene, task } = reviewed;
  const branch = (await task(id)).branch ?? expect.fail("it has no branch");
  scene.run = async (run) => {
    const at = scene.clock.now();
    return passedRun(run, { branch, commit: head, startedAt: at, endedAt: at });
  };
  if (green) await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  return reviewed;
}

test("another's earlier approval must not merge over a doubt that the agent did nothing about", async () => {
  const { forge, id, number, pass, task } = await stubborn();
  await forge.people.giveRole({ login: "bob", role: "write" });
  await forge.people.review({ number, decision: "approve", body: "", as: "bob" });
  await forge.people.review({ number, decision: "comment", body: "Wait, this loses data.", as: "rita" });
  await pass(600_000);
  const end = await task(id);
  expect([end.status, "reason" in end ? end.reason : "", end.lastAttempt]).toEqual(["needs_review", "no_changes", 2]);
});

test("an approval of before plus failing checks that the agent does nothing about needs a person", async () => {
  const { forge, id, head, number, pass, task } = await stubborn(false);
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(60_000);
  await forge.people.report({ commit: head, name: "ci", state: "failing", kind: "status" });
  await pass(3_600_000);
  const end = await task(id);
  expect([end.status, "reason" in end ? end.reason : "", end.lastAttempt]).toEqual(["needs_review", "no_changes", 2]);
});
