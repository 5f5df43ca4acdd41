import { expect, test } from "vitest";

import { approve, openForgeScene, openReviewed } from "./forge-scene.ts";
import { project } from "./scene.ts";

test("an approved pull request with one green check waits for those that are yet to come", async () => {
  const { forge, head, id, number, pass, task } = await openReviewed();
  const report = (name: string, state: "passing" | "pending"): Promise<void> =>
    forge.people.report({ commit: head, name, state, kind: "status" });
  await report("DCO", "passing");
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({
    status: "in_review",
    seen: { checks: "passing", quiet: false, checkCount: 1 },
  });
  await report("ci", "pending");
  await pass(600_000);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { checks: "pending" } });
  await report("ci", "passing");
  // The second came long ago: nothing more is waited for.
  await pass(40_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("each new check begins the wait anew, also when it is green at once", async () => {
  const { forge, head, id, number, pass, task } = await openReviewed();
  await forge.people.review({ number, decision: "approve", body: "" });
  for (const name of ["one", "two", "three"]) {
    await forge.people.report({ commit: head, name, state: "passing", kind: "status" });
    await pass(90_000);
    expect(await task(id)).toMatchObject({ status: "in_review", seen: { checks: "passing", quiet: false } });
  }
  await pass(90_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("the end of the wait is looked for by itself, where only webhooks tell of changes", async () => {
  const hour = 3_600_000;
  const scene = await openForgeScene({ syncMs: hour });
  const { engine, forge, pass, task } = scene;
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"] });
  await Promise.all([engine.look({ project, about: "issue", number: Number(id) }), pass(60_000)]);
  const made = await task(id);
  if (made.status !== "in_review" || made.pull === undefined) throw new Error(`the task is ${made.status}`);
  const { number } = made.pull;
  await approve(scene, { number, head: made.result.commit });
  await Promise.all([engine.look({ project, about: "pull", number }), pass(60_000)]);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { checks: "passing", quiet: false } });
  await pass(90_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});
