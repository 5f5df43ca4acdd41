import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop, type Loop, type LoopOptions } from "./whole-loop.ts";

const { reviewer, stranger } = PEOPLE;
const HOUR_MS = 3_600_000;
// What is said a minute before there was a task is not about it.
const clocks = [-50_000, -10_000, 0, 30_000, HOUR_MS];
const LOOK: LoopOptions = { syncMs: 1_200_000, runMs: 600_000 };

/** A task whose second result has come, and what was said while the agent still worked on that. */
async function secondResult(options: LoopOptions, whileAtWork?: (loop: Loop, id: string) => Promise<unknown>) {
  const loop = await openLoop({ ...LOOK, ...options });
  const { id, commit } = await loop.inReview();
  await loop.say(id, "/retry once more", reviewer);
  await loop.hint("issue", id);
  await loop.pass(60_000);
  expect((await loop.task(id)).status).toBe("in_progress");
  await whileAtWork?.(loop, id);
  await loop.pass(660_000);
  const second = await loop.task(id);
  if (second.status !== "in_review") return expect.fail(`the task is ${second.status}`);
  expect(second.result.commit).not.toBe(commit);
  return { ...loop, id, first: commit, second: second.result.commit };
}

test.each(clocks)("what is said right after a result counts for it, with a forge %d ms ahead", async (forgeAheadMs) => {
  const { id, say, hint, task, said, report } = await secondResult({ forgeAheadMs });
  await report(id, "pending");
  await say(id, "/approve", reviewer);
  await hint("issue", id);
  expect((await said(id)).filter((text) => text.includes("When you said so"))).toEqual([]);
  expect(await task(id)).toMatchObject({ approval: { by: `github:${reviewer}` } });
});

test.each(clocks)(
  "what is said before it is about the one of before, with a forge %d ms ahead",
  async (forgeAheadMs) => {
    const { id, hint, said, task, first, second } = await secondResult({ forgeAheadMs }, (loop, at) =>
      loop.say(at, "/approve", reviewer),
    );
    await hint("issue", id);
    const [refused] = (await said(id)).filter((text) => text.includes("When you said so"));
    expect(refused).toContain(`the result was \`${first.slice(0, 12)}\`. Now it is \`${second.slice(0, 12)}\``);
    expect(await task(id)).not.toHaveProperty("approval");
  },
);

test("a copy of orch's mark in a stranger's comment of before makes no earlier result of it", async () => {
  let early = 0;
  const { forge, id, hint, said, task } = await secondResult({}, async (loop, at) => {
    early = await loop.say(at, "hello", stranger);
    await loop.say(at, "/approve", reviewer);
  });
  const own = await forge.comments(Number(id));
  const copied = own.findLast(({ body }) => body.startsWith("<!-- orch:agent-response"))?.body ?? "";
  await forge.people.editComment({ comment: early, body: copied, as: stranger });
  await hint("issue", id);
  expect((await said(id)).filter((text) => text.includes("When you said so"))).toHaveLength(1);
  expect(await task(id)).not.toHaveProperty("approval");
});
