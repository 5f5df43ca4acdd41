import { expect, test } from "vitest";

import { openLoop } from "./whole-loop.ts";

test.each(["/merge", "/approve"])("%s said of one commit does not merge the next one", async (word) => {
  const { forge, scene, pass, hint, task, say, said, inReview, report, runs } = await openLoop({ syncMs: 120_000 });
  const { id, pull, commit } = await inReview();
  await forge.people.review({ number: pull, decision: "request_changes", body: "again" });
  await hint("pull", pull);
  expect(await task(id)).toMatchObject({ rounds: 1 });
  // The person looks at the first commit still, and nobody tells orch of the comment.
  await say(pull, word);
  await scene.clock.advance(4_000);
  await pass(5_000);
  expect(runs).toEqual([`${id}/1`, `${id}/2`]);
  const next = await task(id);
  if (next.status !== "in_review") return expect.fail(`the task is ${next.status}`);
  expect(next.result.commit).not.toBe(commit);
  await report(id, "passing");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "in_review" });
  expect(forge.state.pulls.get(pull)?.state).toBe("open");
  const answers = (await said(pull)).filter((text) => text.includes(commit.slice(0, 12)));
  expect(answers).toMatchObject([expect.stringContaining(next.result.commit.slice(0, 12))]);

  await say(pull, word);
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { result: { commit: next.result.commit } } });
});

test("/merge said before there was any result merges none that comes later", async () => {
  const { forge, pass, task, say, said, report } = await openLoop({ syncMs: 120_000, runMs: 60_000 });
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"] });
  await pass(125_000);
  expect(await task(id)).toMatchObject({ status: "in_progress" });
  await say(id, "/merge");
  await pass(70_000);
  await report(id, "passing");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "in_review" });
  expect((await said(id)).filter((text) => text.includes("no result yet"))).toHaveLength(1);
});
