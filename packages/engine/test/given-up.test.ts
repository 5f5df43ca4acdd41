import { parseBranchName, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { approve, openReviewed } from "./forge-scene.ts";
import { project } from "./scene.ts";

test.each([true, false])("a task whose issue is deleted is merged by nobody (told of it: %s)", async (told) => {
  const reviewed = await openReviewed();
  const { engine, forge, id, number, pass, task } = reviewed;
  forge.state.issues.delete(Number(id));
  if (told) {
    void engine.look({ project, about: "issue", number: Number(id) });
    await pass(5_000);
    expect(await task(id)).toMatchObject({ status: "needs_review", reason: "held" });
  }
  await approve(reviewed, reviewed);
  await pass(600_000);
  expect(await task(id)).toMatchObject({
    status: "needs_review",
    reason: "held",
    detail: `Held by engine: the issue #${id} is not there any more.`,
  });
  expect(forge.state.pulls.get(number)).toMatchObject({ state: "open" });
});

test.each(["a command", "its issue"])("what is given up by %s leaves no pull request and no branch", async (how) => {
  const { forge, id, number, pass, task } = await openReviewed();
  if (how === "its issue") await forge.people.editIssue({ id, state: "closed" });
  else await forge.people.comment({ thread: Number(id), body: "/close not wanted" });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: how === "its issue" ? "done" : "cancelled" });
  expect(forge.state.pulls.get(number)).toMatchObject({ state: "closed" });
  expect(await forge.people.tip(unwrap(parseBranchName(`gh-task-${id}`)))).toBeUndefined();
  await forge.people.editIssue({ id, state: "open" });
  await pass(120_000);
  const again = await task(id);
  expect(again).toMatchObject({ status: "in_review", result: { attempt: 2 }, earlierPulls: [{ number }] });
  expect(forge.state.pulls.get(again.pull?.number ?? 0)).toMatchObject({ state: "open" });
});

test("what a person pushed stays, with its pull request, when the task is given up", async () => {
  const { forge, id, number, pass, task } = await openReviewed();
  const branch = unwrap(parseBranchName(`gh-task-${id}`));
  const theirs = await forge.people.push({ branch, files: { "theirs.txt": "mine\n" } });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "head_moved" });
  await forge.people.comment({ thread: Number(id), body: "/close I go on myself" });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "cancelled" });
  expect(forge.state.pulls.get(number)).toMatchObject({ state: "open" });
  expect(await forge.people.tip(branch)).toBe(theirs);
});

test("what was blocked in review is in review again when it is unblocked, with its result", async () => {
  const reviewed = await openReviewed();
  const { forge, head, id, number, pass, task } = reviewed;
  await forge.people.comment({ thread: Number(id), body: "/block not before Monday" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "held" });
  await forge.people.comment({ thread: Number(id), body: "/unblock" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", pull: { number }, result: { attempt: 1, commit: head } });
  await approve(reviewed, reviewed);
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done", lastAttempt: 1 });
});
