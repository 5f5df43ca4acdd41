import { passedRun } from "@orch/testing/engine-world";
import { expect, test } from "vitest";

import { openReviewed, type Reviewed } from "./forge-scene.ts";

const DOUBT = "Wait, I am not sure. Why not a map?";

/** A result whose checks are green, unless they are told later, and whose agent leaves it as it is when it is asked again. */
async function stubborn(checks: "green" | "none" = "green"): Promise<Reviewed> {
  const reviewed = await openReviewed();
  const { forge, head, id, scene, task } = reviewed;
  const branch = (await task(id)).branch ?? expect.fail("it has no branch");
  scene.run = async (run) => {
    const at = scene.clock.now();
    return passedRun(run, { branch, commit: head, startedAt: at, endedAt: at });
  };
  if (checks === "green") await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  return reviewed;
}

test("a review that is a text alone is acted on", async () => {
  const { forge, id, number, pass, task } = await openReviewed();
  await forge.people.review({ number, decision: "comment", body: DOUBT });
  await pass(60_000);
  expect(await task(id)).toMatchObject({
    status: "in_review",
    lastAttempt: 2,
    rounds: 1,
    notes: [{ from: "github:rita", text: `rita: ${DOUBT}` }],
  });
});

test("what is said in a review after an approval is never merged over, and a new approval settles it", async () => {
  const { forge, id, number, pass, task } = await stubborn();
  await forge.people.review({ number, decision: "approve", body: "" });
  await forge.people.review({ number, decision: "comment", body: DOUBT });
  await pass(600_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "no_changes" });
  await forge.people.review({ number, decision: "approve", body: "Well then." });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "done", lastAttempt: 2 });
});

test("anybody's /merge settles it as well", async () => {
  const { forge, id, number, pass, task } = await stubborn();
  await forge.people.review({ number, decision: "comment", body: DOUBT });
  await pass(600_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "no_changes" });
  await forge.people.comment({ thread: number, body: "/merge" });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "done", lastAttempt: 2 });
});

test("talk after an approval holds the merge, has no agent begin, and the way on is told", async () => {
  const { forge, id, head, number, pass, task } = await openReviewed();
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(60_000);
  await forge.people.comment({ thread: number, body: "Nice work, thank you!" });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({
    status: "needs_review",
    reason: "held",
    lastAttempt: 1,
    result: { commit: head },
    notes: [{ text: "Nice work, thank you!" }],
  });
  const [status] = await forge.comments(Number(id));
  expect(status?.body).toContain("said after the approval");
  expect(status?.body).toContain("| Used | 0 tokens |");
  expect(status?.body).toMatch(/Last: attempt 1: passed \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)/);
  expect(status?.body).toContain("- `/merge` merges the result as it is");
  await forge.people.comment({ thread: number, body: "/merge" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("who calls by name after an approval has the agent begin", async () => {
  const { forge, id, number, pass, task } = await openReviewed();
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(60_000);
  await forge.people.comment({ thread: number, body: "@orch add a map" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 2 });
});

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
  const { forge, id, head, number, pass, task } = await stubborn("none");
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(60_000);
  await forge.people.report({ commit: head, name: "ci", state: "failing", kind: "status" });
  await pass(3_600_000);
  const end = await task(id);
  expect([end.status, "reason" in end ? end.reason : "", end.lastAttempt]).toEqual(["needs_review", "no_changes", 2]);
});
