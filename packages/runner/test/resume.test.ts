import { defaultPolicy, noUsage, type Reason, type RetryMode } from "@orch/core";
import { expect, test } from "vitest";

import { change } from "./scene-facts.ts";
import { openScene, type Scene } from "./scene.ts";

/** A first attempt that ends like this, and what the second one is launched with. */
async function secondAfter(
  reason: Reason,
  retryMode: RetryMode,
  between: (scene: Scene) => Promise<void> = async () => undefined,
): Promise<Scene> {
  const scene = await openScene();
  scene.settings = { policy: { ...defaultPolicy, retryMode } };
  scene.events = [
    { type: "session:ready", agentSession: "talk-1", model: "big" },
    { type: "usage", usage: { inputTokens: 5, cachedInputTokens: 0, outputTokens: 1 } },
    { type: "text", text: "I was about to SECRET" },
  ];
  if (reason === "session_lost") scene.ends = { agent: { lost: 1 } };
  else if (reason === "rate_limited")
    scene.conclusion = { usage: noUsage, failure: { class: "rate_limit", message: "429" } };
  else scene.collected = change({ diff: { files: [], added: 0, deleted: 0 } });
  const first = await scene.run(1);
  if (first.kind !== "finished") return expect.fail("the first attempt did not end");
  const { attempt, verdict } = first;
  expect(verdict).toMatchObject({ reason });
  // As the engine records it.
  await scene.store.commit({ writes: [{ kind: "attempt:put", attempt: { ...attempt, phase: "finished", verdict } }] });
  await between(scene);
  await scene.run(2);
  return scene;
}

test.each(["session_lost", "rate_limited"] as const)("auto goes on with the conversation after %s", async (reason) => {
  const scene = await secondAfter(reason, "auto");
  expect(scene.launched.map(({ resume }) => resume)).toEqual([undefined, "talk-1"]);
  const past = { session: "talk-1", folder: "/state/1/agent" };
  expect(scene.brought).toEqual([{ past, folder: "/state/2/agent" }]);
  expect(await scene.store.attempt(scene.attempt(2))).toMatchObject({ resumes: 1 });
  const usage = { inputTokens: 5, outputTokens: 1 };
  if (reason === "session_lost") expect(await scene.store.attempt(scene.attempt(1))).toMatchObject({ usage });
});

test("a conversation that went wrong is not gone on with, unless the policy says so", async () => {
  const resumes = async (retryMode: RetryMode): Promise<unknown> =>
    (await secondAfter("no_changes", retryMode)).launched[1]?.resume;
  expect(await resumes("auto")).toBeUndefined();
  expect(await resumes("resume")).toBe("talk-1");
  expect(await resumes("fresh")).toBeUndefined();
});

test("a conversation that can't be brought begins afresh, is told everything, and says why", async () => {
  const scene = await secondAfter("rate_limited", "auto", async (open) => {
    open.bringProblem = "it was replaced by a link";
  });
  expect(scene.launched[1]?.resume).toBeUndefined();
  const second = await scene.store.attempt(scene.attempt(2));
  expect(second?.warnings).toEqual(["The agent began afresh: it was replaced by a link."]);
  expect(second).not.toHaveProperty("resumes");
});

test("the end of a limit is taken from the window that the agent told of", async () => {
  const scene = await openScene();
  scene.events = [{ type: "quota", window: "five_hour", status: "rejected", resetsAt: 9_000_000 }];
  scene.conclusion = { usage: noUsage, failure: { class: "usage_limit", message: "limit" } };
  const end = await scene.run();
  expect(end).toMatchObject({ verdict: { reason: "usage_limited", retryAt: 9_000_000 } });
});

test("another account begins afresh", async () => {
  const scene = await secondAfter("rate_limited", "resume", async ({ store, attempt }) => {
    const record = await store.attempt(attempt(1));
    if (record === undefined) return expect.fail("there is no first attempt");
    const assignment = { ...record.assignment, account: "other" };
    await store.commit({ writes: [{ kind: "attempt:put", attempt: { ...record, assignment } }] });
  });
  expect(scene.launched[1]?.resume).toBeUndefined();
});

test("whoever goes on is told what was begun, said and run, redacted", async () => {
  const scene = await openScene();
  scene.events = [
    { type: "command:started", id: "1", command: "npm test" },
    { type: "text", text: "I was about to SECRET" },
  ];
  scene.conclusion = { usage: noUsage, failure: { class: "rate_limit", message: "429" } };
  const end = await scene.run();
  if (end.kind !== "finished") return expect.fail("it did not end");
  expect(end.attempt.lesson).toBe(
    [
      "The work was cut short; 1 files (+1 -0) are on the branch already: a.txt. Go on from there.",
      "The last program that ran: npm test",
      "The last words: I was about to ***",
    ].join("\n"),
  );
});
