import { parseBranchName, unwrap, type TaskId } from "@orch/core";
import { expect, test } from "vitest";

import { approve, openReviewed, type Reviewed } from "./forge-scene.ts";

/** In review, with another issue that has to be closed before the merge. */
async function openBlocked(): Promise<Reviewed & { readonly other: TaskId }> {
  const reviewed = await openReviewed();
  const other = await reviewed.forge.people.openIssue({ title: "other" });
  await reviewed.forge.people.editIssue({ id: reviewed.id, body: `Blocked by: #${other}` });
  await reviewed.pass(60_000);
  expect(await reviewed.task(reviewed.id)).toMatchObject({ status: "in_review", waitsFor: [other] });
  return { ...reviewed, other };
}

type Way = (reviewed: Reviewed) => Promise<void>;

async function say({ forge, id, pass }: Reviewed, body: string): Promise<void> {
  await forge.people.comment({ thread: Number(id), body });
  await pass(60_000);
}

const ways: Record<string, Way> = {
  "its pull request was closed and opened again": async ({ alter, number, pass }) => {
    alter(number, { state: "closed" });
    await pass(60_000);
    alter(number, { state: "open" });
    await pass(60_000);
  },
  "its pull request went elsewhere and came back": async ({ alter, forge, number, pass }) => {
    const base = forge.state.pulls.get(number)?.base ?? expect.unreachable();
    alter(number, { base: unwrap(parseBranchName("release")) });
    await pass(60_000);
    alter(number, { base });
    await pass(60_000);
  },
  "a review asked for changes": async ({ forge, number, pass }) => {
    await forge.people.review({ number, decision: "request_changes", body: "again" });
    await pass(120_000);
  },
  "/merge put a held one back": async (reviewed) => {
    await say(reviewed, "/block");
    await say(reviewed, "/merge");
  },
};

test.each(Object.entries(ways))("what has to end before a merge still has to when %s", async (_name, way) => {
  const reviewed = await openBlocked();
  const { forge, id, other, pass, task } = reviewed;
  await way(reviewed);
  const back = await task(id);
  if (back.status !== "in_review" || back.pull === undefined) return expect.fail(`it is ${back.status}`);
  await approve(reviewed, { number: back.pull.number, head: back.result.commit });
  await pass(400_000);
  expect(await task(id)).toMatchObject({ status: "in_review", waitsFor: [other] });
  await forge.people.editIssue({ id: other, state: "closed" });
  await pass(400_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("/review of a held task forgets no blocker", async () => {
  const reviewed = await openBlocked();
  await say(reviewed, "/block");
  await say(reviewed, "/review");
  expect(await reviewed.task(reviewed.id)).toMatchObject({ status: "in_review", waitsFor: [reviewed.other] });
});

test("a blocker that was named while the task was held counts when it is merged", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass, task } = reviewed;
  await say(reviewed, "/block");
  const other = await forge.people.openIssue({ title: "other" });
  await forge.people.editIssue({ id, body: `Blocked by: #${other}` });
  await pass(60_000);
  await approve(reviewed, reviewed);
  await say(reviewed, "/merge");
  await pass(400_000);
  expect(await task(id)).toMatchObject({ status: "in_review", waitsFor: [other] });
});

test("whoever was told that a blocker was cancelled may merge without it", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass, task } = reviewed;
  const other = await forge.people.openIssue({ title: "other", labels: ["orchestrate"] });
  await forge.people.editIssue({ id, body: `Blocked by: #${other}` });
  await pass(60_000);
  await forge.people.comment({ thread: Number(other), body: "/close" });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "dependency_cancelled" });
  await approve(reviewed, reviewed);
  await say(reviewed, "/merge");
  await pass(400_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("/merge of what has a closed pull request puts it before a person again", async () => {
  const reviewed = await openReviewed();
  const { forge, id, number, pass, task } = reviewed;
  await forge.people.closePull(number);
  await pass(60_000);
  await say(reviewed, "/merge");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "pull_closed" });
});
