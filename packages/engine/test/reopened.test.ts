import { orchError } from "@orch/core";
import { expect, test } from "vitest";

import { approve, openReviewed, type Reviewed } from "./forge-scene.ts";
import { project } from "./scene.ts";

/** Its first attempt is merged, and a person opens the issue again. */
async function reopen(reviewed: Reviewed): Promise<void> {
  await approve(reviewed, reviewed);
  await reviewed.pass(240_000);
  expect(await reviewed.task(reviewed.id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
  await reviewed.forge.people.editIssue({ id: reviewed.id, state: "open" });
}

test("what is said at the merged pull request of a reopened task ends nothing, and is told to its agent", async () => {
  const reviewed = await openReviewed({ runMs: 40_000 });
  const { forge, id, number, pass, task } = reviewed;
  await reopen(reviewed);
  await pass(35_000);
  expect(await task(id)).toMatchObject({ status: "in_progress", earlierPulls: [{ number }], landed: reviewed.head });
  await forge.people.comment({ thread: number, body: "This broke the login." });
  await pass(200_000);
  const again = await task(id);
  expect(again).toMatchObject({ status: "in_review", result: { attempt: 3 } });
  expect(again.notes?.map(({ text }) => text)).toEqual(["This broke the login."]);
  expect(again.pull?.number).not.toBe(number);
  expect(await forge.issue(id)).toMatchObject({ state: "open" });
});

test("a second result whose pull request can't be opened yet is not taken for the first, merged one", async () => {
  let limited = false;
  const reviewed = await openReviewed({
    over: (forge) => ({
      async openPullRequest(request) {
        if (limited) throw orchError("forge_limited", "no more this hour", { details: { retryAt: 0 } });
        return forge.openPullRequest(request);
      },
    }),
  });
  const { forge, id, pass, task } = reviewed;
  await reopen(reviewed);
  limited = true;
  await pass(240_000);
  const second = await task(id);
  expect(second).toMatchObject({ status: "in_review", result: { attempt: 2 } });
  expect(await forge.people.tip(second.branch ?? expect.fail("it has no branch"))).toBeDefined();
  limited = false;
  await pass(3_600_000);
  expect(await task(id)).toMatchObject({ status: "in_review", pull: { number: 3 } });
});

test.each(["merged", "closed"] as const)(
  "a push is told of while the pull request of new work is opened, and the %s one of before says nothing",
  async (how) => {
    let tells = async (): Promise<void> => undefined;
    const reviewed = await openReviewed({
      over: (forge) => ({
        async openPullRequest(request) {
          await tells();
          return forge.openPullRequest(request);
        },
      }),
    });
    const { engine, forge, id, number, pass, task } = reviewed;
    if (how === "merged") await reopen(reviewed);
    else {
      await forge.people.closePull(number);
      await pass(60_000);
      expect(await task(id)).toMatchObject({ status: "needs_review", reason: "pull_closed" });
      await forge.people.comment({ thread: Number(id), body: "/retry" });
    }
    tells = async () => {
      const now = await task(id);
      if (now.status !== "in_review") return;
      void engine.look({ project, about: "commit", commit: now.result.commit });
      void engine.look({ project, about: "pull", number });
      for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await pass(180_000);
    expect(await task(id)).toMatchObject({ status: "in_review", result: { attempt: 2 }, earlierPulls: [{ number }] });
    expect(forge.state.pulls.get((await task(id)).pull?.number ?? 0)).toMatchObject({ state: "open" });
  },
);

test("a result that was pushed when an earlier one was merged gets a pull request of its own", async () => {
  const reviewed = await openReviewed();
  const { alter, forge, head, id, number, pass, task } = reviewed;
  await forge.people.review({ number, decision: "request_changes", body: "Again, please." });
  await pass(60_000);
  const second = await task(id);
  expect(second).toMatchObject({ status: "in_review", result: { attempt: 2 } });
  alter(number, { state: "merged", head, mergeCommit: head });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", result: { attempt: 2 }, landed: head });
  expect((await task(id)).pull?.number).not.toBe(number);
});

test("an issue that is opened again right after orch closed it is worked on again", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass, task } = reviewed;
  await approve(reviewed, reviewed);
  while ((await forge.issue(id))?.state === "open") await pass(1_000);
  await pass(1_000);
  await forge.people.editIssue({ id, state: "open" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "in_review", result: { attempt: 2 } });
});

test("an answer from before orch closed the issue is nobody's wish", async () => {
  const reviewed = await openReviewed();
  const { engine, forge, id, pass, task } = reviewed;
  await approve(reviewed, reviewed);
  while ((await task(id)).status !== "done") await pass(1_000);
  // Its label is put on at the same moment: what is read of it then may be the issue as it was.
  await pass(30_000);
  for (let look = 0; look < 5; look += 1) {
    void engine.look({ project, about: "issue", number: Number(id) });
    await pass(5_000);
  }
  expect(await task(id)).toMatchObject({ status: "done" });
  expect(await forge.issue(id)).toMatchObject({ state: "closed" });
});
