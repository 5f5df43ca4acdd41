import { expect, test } from "vitest";

import { openLoop } from "./whole-loop.ts";

test("whoever owns reviews is called once where a result needs a person after all, and not where a person stopped it", async () => {
  const { forge, pass, task, say, said, inReview } = await openLoop({ owner: "boss" });
  const { id, pull } = await inReview();
  const calls = async () => (await said(id)).filter((text) => text.includes("@boss"));
  await say(id, "/block");
  await pass(60_000);
  expect(await calls()).toEqual([]);
  await say(id, "/review");
  await pass(5_000);
  await forge.people.closePull(pull);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review" });
  await pass(120_000);
  expect(await calls()).toMatchObject([expect.stringMatching(/^@boss: a person has to look \(`\w+`\): .*#\d+\.$/)]);
});

test("too many rounds of reviews call them, too", async () => {
  const { forge, pass, task, said, inReview } = await openLoop({ owner: "boss" });
  const { id, pull } = await inReview();
  for (let round = 0; round < 3; round += 1) {
    await forge.people.review({ number: pull, decision: "request_changes", body: `again ${round}` });
    await pass(90_000);
  }
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "review_limit" });
  expect((await said(id)).filter((text) => text.startsWith("@boss"))).toHaveLength(1);
});
