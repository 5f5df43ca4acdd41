import { taskKey, unwrap, type Task } from "@orch/core";
import { createMemoryForge, PEOPLE, sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { seePull } from "../src/forge/see-pull.ts";
import { create } from "../src/inbox.ts";
import { moveTask } from "../src/move-task.ts";
import { agent, base, branch, openScene, project } from "./scene.ts";

/** A task in review with a pull request, in a project where asked-for changes become what `followup` says. */
async function inReview(followup: "tasks" | "redispatch") {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const configured = {
    ...own,
    policy: { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } },
    forge: { ...sampleForge, review: { ...sampleForge.review, followup } },
  };
  const projects = { get: () => configured, list: () => [configured] };
  const deps = { ...scene.deps, projects, forges: { of: () => forge, key: new Uint8Array(32) } };
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate"] });
  const spec = { title: "Fix it", body: "", labels: [], source: { kind: "github" }, pins: {}, priority: 3 } as const;
  const made = unwrap(await create(deps, { project, id, actor: "test", spec: { ...spec, dependsOn: [], checks: [] } }));
  const commit = await forge.people.push({ branch, files: { "a.ts": "one\ntwo\n" } });
  const opened = await forge.openPullRequest({ branch, base, title: "Fix it", body: "", draft: false });
  const { number, url } = opened;
  const result = { branch, base, commit, attempt: 1, checks: 1 };
  const task: Task = { ...made, status: "in_review", result, pull: { number, url } };
  const assignment = { agent, complexity: "medium", why: "" } as const;
  const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  const attempt = { project, id, attempt: 1, assignment, phase: "finished", startedAt: 0, endedAt: 1, usage } as const;
  await scene.store.commit({
    writes: [
      { kind: "task:put", task },
      { kind: "attempt:put", attempt },
    ],
  });
  const now = async (): Promise<Task> => (await scene.store.task({ project, id })) ?? expect.unreachable();
  const see = async (): Promise<void> => seePull(deps, { forge, task: await now() });
  const others = async () =>
    (await scene.store.tasks({ project, limit: 10 })).filter((one) => one.id !== id).toReversed();
  return { deps, forge, id, number, now, see, others };
}

const asks = {
  decision: "request_changes",
  body: "Two things.",
  comments: [
    { path: "a.ts", line: 1, body: "Name it one." },
    { path: "a.ts", line: 2, body: "Name it two." },
  ],
} as const;

test("each thing that a review asks for becomes a task of its own, once, and the task stays in review", async () => {
  const { deps, forge, id, number, now, see, others } = await inReview("tasks");
  await forge.people.review({ number, ...asks });
  await see();
  await see();
  expect(await now()).toMatchObject({ status: "in_review", seen: { decision: "changes_requested" } });
  expect(await now()).not.toHaveProperty("rounds");
  const [one, two, ...more] = await others();
  expect(more).toEqual([]);
  expect(one).toMatchObject({
    title: "Review of #2: Name it one.",
    status: "blocked",
    waitingFor: [id],
    labels: ["pr-review-followup"],
    pins: { agent },
    priority: 3,
    source: { kind: "review", id: expect.stringMatching(/^review_comment_2_\d+$/) as string, actor: PEOPLE.reviewer },
  });
  for (const part of ["At a.ts:1:\n\nName it one.", "    +one", "Two things.", `From ${taskKey({ project, id })}`]) {
    expect(one?.body).toContain(part);
  }
  expect(two?.title).toBe("Review of #2: Name it two.");
  const told = (await forge.comments(Number(id))).map(({ body }) => body);
  expect(told).toEqual([expect.stringContaining(`became ${one?.id}, ${two?.id}`)]);

  await moveTask(deps, {
    ref: { project, id },
    event: { type: "task:closed", by: "me", as: "completed" },
    key: "k",
    actor: "me",
  });
  await forge.people.review({ number, decision: "request_changes", body: "More." });
  await see();
  expect(await others(), "what is over is asked for nothing").toHaveLength(2);
});

test("a crash between the tasks and the move makes none twice; a later review makes more", async () => {
  const { forge, number, now, see, others } = await inReview("tasks");
  await forge.people.review({ number, ...asks });
  forge.failNext({ code: "forge_unreachable", when: "after", method: "putComment" });
  await expect(see()).rejects.toMatchObject({ code: "forge_unreachable" });
  expect(await others()).toHaveLength(2);
  await see();
  expect(await others()).toHaveLength(2);
  await forge.people.review({ number, decision: "request_changes", body: "And a third." });
  await see();
  expect((await others()).map(({ title }) => title)).toContain("Review of #2: And a third.");
  expect((await now()).status).toBe("in_review");
});

test("who may not write makes no task, and with redispatch nobody does: the agent goes on instead", async () => {
  const stranger = await inReview("tasks");
  await stranger.forge.people.review({ number: stranger.number, ...asks, as: PEOPLE.stranger });
  await stranger.see();
  expect(await stranger.others()).toEqual([]);
  const usual = await inReview("redispatch");
  await usual.forge.people.review({ number: usual.number, ...asks });
  await usual.see();
  expect(await usual.others()).toEqual([]);
  expect(await usual.now()).toMatchObject({ status: "new", rounds: 1 });
});
