import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop, type Loop } from "./whole-loop.ts";

const { owner, reviewer, stranger } = PEOPLE;

/** A stranger's issue that a maintainer let in, worked on to its pull request. */
async function letIn({ forge, pass, say, said, task }: Loop): Promise<string> {
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"], as: stranger });
  await pass(60_000);
  const name = /\/approve ([0-9a-f]{12})/.exec((await said(id)).join("\n"))?.[1];
  await say(id, `/approve ${name}`, reviewer);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review" });
  return id;
}

test("a stranger who closes their issue and opens it again starts nothing; somebody who may write does", async () => {
  const loop = await openLoop();
  const { forge, pass, task, runs } = loop;
  const id = (await letIn(loop)) as Awaited<ReturnType<typeof forge.people.openIssue>>;
  for (let round = 0; round < 3; round += 1) {
    await forge.people.editIssue({ id, state: "closed", as: stranger });
    await pass(60_000);
    await forge.people.editIssue({ id, state: "open", as: stranger });
    await pass(60_000);
  }
  expect(runs).toEqual([`${id}/1`]);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "closed", by: `github:${stranger}` } });
  await forge.people.editIssue({ id, state: "closed", as: reviewer });
  await pass(60_000);
  await forge.people.editIssue({ id, state: "open", as: reviewer });
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`, `${id}/2`]);
});

test("who closed, held or retried is whoever the forge says did it", async () => {
  const loop = await openLoop();
  const { forge, pass, task, inReview } = loop;
  const { id } = await inReview(owner);
  const label = async (name: string, as: string): Promise<void> => {
    const labels = (await forge.issue(id))?.labels.filter((each) => each !== "no-agent") ?? [];
    await forge.people.editIssue({ id, labels: [...labels, name], as });
    await pass(60_000);
  };
  await label("no-agent", reviewer);
  expect(await task(id)).toMatchObject({
    status: "needs_review",
    detail: `Held by github:${reviewer}: the label no-agent`,
  });
  await forge.people.giveRole({ login: "tom", role: "triage" });
  await label("status:new", "tom");
  expect(await task(id), "labels are put by people who may not write, too").toMatchObject({ status: "needs_review" });
  await forge.people.editIssue({ id, state: "closed", as: reviewer });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ outcome: { by: `github:${reviewer}` } });
});

test("the label status:new of somebody who may write has another go", async () => {
  const { forge, pass, inReview, runs } = await openLoop();
  const { id } = await inReview();
  const labels = (await forge.issue(id))?.labels ?? [];
  await forge.people.editIssue({ id, labels: [...labels, "status:new"], as: reviewer });
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`, `${id}/2`]);
});

test("no-agent stops a task in review: nothing is merged, and a review starts nothing", async () => {
  const { forge, pass, task, inReview, report, runs } = await openLoop();
  const { id, pull } = await inReview();
  await report(id, "passing");
  const labels = (await forge.issue(id))?.labels ?? [];
  await forge.people.editIssue({ id, labels: [...labels, "no-agent"] });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "held" });
  await forge.people.review({ number: pull, decision: "approve", body: "" });
  await pass(300_000);
  expect(forge.state.pulls.get(pull)?.state).toBe("open");
  await forge.people.review({ number: pull, decision: "request_changes", body: "again" });
  await pass(120_000);
  expect(runs).toEqual([`${id}/1`]);
});

test("the label of approvals taken off again holds what it let in; put on once more it lets it go on", async () => {
  const { forge, pass, task, runs } = await openLoop();
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"], as: stranger });
  await pass(5_000);
  await forge.people.editIssue({ id, labels: ["orchestrate", "orch:approved"], as: reviewer });
  await pass(60_000);
  const now = await task(id);
  expect(now).toMatchObject({ status: "in_review", trust: "reviewed" });
  const labels = (await forge.issue(id))?.labels ?? [];
  await forge.people.editIssue({ id, labels: labels.filter((name) => name !== "orch:approved"), as: reviewer });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "held" });
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`]);
});

test("what /assign and /priority said outlives other labels and edits, until a label says something else", async () => {
  const { forge, pass, task, say, inReview } = await openLoop();
  const { id } = await inReview();
  await say(id, "/assign robot");
  await say(id, "/priority high");
  await pass(60_000);
  expect(await task(id)).toMatchObject({ pins: { agent: "robot" }, priority: 10 });
  const labels = (await forge.issue(id))?.labels ?? [];
  await forge.people.editIssue({ id, labels: [...labels, "bug"], as: reviewer });
  await pass(60_000);
  await forge.people.editIssue({ id, body: "More words." });
  await pass(60_000);
  expect(await task(id)).toMatchObject({
    pins: { agent: "robot" },
    priority: 10,
    labels: ["bug"],
    body: "More words.",
  });
  await forge.people.editIssue({ id, labels: [...labels, "priority:low", "model:big"], as: reviewer });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ pins: { agent: "robot", model: "big" }, priority: -10 });
});
