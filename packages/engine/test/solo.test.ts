import { expect, test } from "vitest";

import { agent } from "./scene.ts";
import { openLoop } from "./whole-loop.ts";

test("a maintainer alone, as whom orch speaks, asks for changes with comments at lines, and merges with /merge", async () => {
  const { forge, pass, task, say, report, inReview, runs } = await openLoop({ self: "maker" });
  const { id, pull } = await inReview();
  const comments = [{ path: `f${id}.txt`, line: 1, body: "Call it row." }];
  await forge.people.review({ number: pull, decision: "comment", body: "", as: "maker", comments });
  await pass(90_000);
  expect(runs).toEqual([`${id}/1`, `${id}/2`]);
  const now = await task(id);
  expect(now).toMatchObject({ status: "in_review", rounds: 1 });
  expect(now.notes?.map(({ text }) => text)).toEqual([expect.stringContaining(`maker, at f${id}.txt:1: Call it row.`)]);
  await say(pull, "/merge", "maker");
  await report(id, "passing");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
  expect(runs).toHaveLength(2);
});

test("the reviewing agent's review, as the same maintainer, is nobody's word", async () => {
  const { forge, pass, task, inReview, runs } = await openLoop({
    self: "maker",
    reviewAgent: true,
    reviewer: async ({ task: { id } }) => ({
      kind: "review",
      by: agent,
      review: {
        decision: "approve",
        notes: "Good.",
        tests: "pass",
        issues: [{ file: `f${id}.txt`, line: 1, severity: "warning", description: "A small thing." }],
      },
    }),
  });
  const { id, pull } = await inReview();
  await pass(120_000);
  expect(await forge.reviews(pull)).toMatchObject([{ author: { login: "maker" }, state: "commented" }]);
  expect(await task(id)).toMatchObject({ status: "in_review" });
  expect(runs).toEqual([`${id}/1`]);
});
