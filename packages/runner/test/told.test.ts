import { defaultPolicy, type Task, type TaskNote } from "@orch/core";
import { expect, test } from "vitest";

import { createRunner } from "../src/index.ts";
import { openScene, type Scene } from "./scene.ts";

const noteOf = (number: number, over: Partial<TaskNote> = {}): TaskNote => {
  return { id: `comment-${number}`, from: "github:octo", text: `word ${number}`, at: number, ...over };
};

/** The task in progress with these notes, all said since the attempt began. */
async function say(scene: Scene, notes: readonly TaskNote[], attempt = 1): Promise<void> {
  const { task: bare } = scene.attemptRun(attempt);
  const before = await scene.store.task(bare);
  const unheard = notes.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const task: Task = { ...bare, notes, unheard, version: (before?.version ?? 0) + 1 };
  const expected = { task: bare, version: before?.version ?? 0 };
  await scene.store.commit({ expect: expected, writes: [{ kind: "task:put", task }] });
}

test("an agent is told what its prompt was without, once each, and its record says what it knows", async () => {
  const scene = await openScene();
  await say(scene, [noteOf(1), { from: "agent:critic", text: "a review", at: 1 }]);
  scene.onStart = () => say(scene, [noteOf(1), noteOf(2), noteOf(3)]);
  scene.events = [
    { type: "message:delivered", messageId: "comment-2" },
    { type: "message:delivered", messageId: "x" },
  ];
  await scene.run();
  expect(scene.prompted[0]?.task.notes).toHaveLength(2);
  const sent = (number: number): object => ({
    id: `comment-${number}`,
    from: "github:octo",
    text: `fence: word ${number}`,
  });
  expect(scene.sent).toEqual([sent(2), sent(3)]);
  expect(await scene.store.attempt(scene.attempt())).toMatchObject({ heard: ["comment-1", "comment-2"] });
  await createRunner(scene.deps).tell(scene.attempt());
  expect(scene.sent.slice(2)).toEqual([sent(3)]);
  await createRunner(scene.deps).tell(scene.attempt(2));
  expect(scene.sent).toHaveLength(3);
});

test("a conversation that goes on is not told again what it knows; a fresh one is", async () => {
  const promptOf = async (retryMode: "resume" | "fresh", bringProblem?: string): Promise<unknown> => {
    const scene = await openScene();
    scene.bringProblem = bringProblem;
    scene.settings = { policy: { ...defaultPolicy, retryMode } };
    scene.events = [
      { type: "session:ready", agentSession: "talk-1" },
      { type: "message:delivered", messageId: "comment-1" },
    ];
    scene.onStart = () => say(scene, [noteOf(1)]);
    await scene.run(1);
    scene.onStart = undefined;
    await say(scene, [noteOf(1), noteOf(2)], 2);
    const second = await scene.run(2);
    expect(second).toMatchObject({ attempt: { heard: ["comment-1", "comment-2"] } });
    return scene.prompted[1]?.task.notes?.map(({ id }) => id);
  };
  expect(await promptOf("resume")).toEqual(["comment-2"]);
  expect(await promptOf("fresh")).toEqual(["comment-1", "comment-2"]);
  expect(await promptOf("resume", "it is gone")).toEqual(["comment-1", "comment-2"]);
});
