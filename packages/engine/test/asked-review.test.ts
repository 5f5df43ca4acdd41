import type { ReviewReply } from "@orch/core";
import { expect, test } from "vitest";

import { agent } from "./scene.ts";
import { openLoop } from "./whole-loop.ts";

const approving: ReviewReply = {
  kind: "review",
  by: agent,
  review: { decision: "approve", notes: "Good.", tests: "pass", issues: [] },
};

test("/review has an agent look where none looks by itself, once for each time it is said, and drops no approval", async () => {
  let asked = 0;
  const loop = await openLoop({
    async reviewer() {
      asked += 1;
      return approving;
    },
  });
  const { forge, pass, task, say, report, inReview } = loop;
  const { id, pull } = await inReview();
  await report(id, "pending");
  expect(asked).toBe(0);
  await say(pull, "/merge");
  await pass(60_000);
  await say(pull, "/review");
  await pass(60_000);
  expect(asked).toBe(1);
  expect(await forge.reviews(pull)).toMatchObject([{ body: expect.stringContaining("Good.") as string }]);
  expect(await task(id)).toMatchObject({ status: "in_review", approval: { by: "github:maker" } });
  await say(pull, "/review");
  await pass(60_000);
  expect(asked).toBe(2);
  await report(id, "passing");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
  expect(asked).toBe(2);
});

test("where no agent can, the task says why", async () => {
  const { pass, task, say, said, inReview } = await openLoop({
    reviewer: async () => ({ kind: "failed", why: "No agent can review here." }),
  });
  const { id, pull } = await inReview();
  await say(pull, "/review");
  await pass(400_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "review_unavailable" });
  expect((await said(id)).join("\n")).toContain("No agent can review here.");
});
