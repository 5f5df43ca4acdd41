import type { Task } from "@orch/core";
import { expect, test } from "vitest";

import { approve, openReviewed, type Reviewed } from "./forge-scene.ts";

/** Writes down what each further attempt is told. */
function listen({ scene }: Reviewed): readonly Task["body"][] {
  const { run } = scene;
  const told: string[] = [];
  scene.run = (given) => {
    told.push(given.task.body);
    return run(given);
  };
  return told;
}

const alone = {
  async done(reviewed: Reviewed): Promise<void> {
    await approve(reviewed, reviewed);
    await reviewed.pass(240_000);
    expect(await reviewed.task(reviewed.id)).toMatchObject({ status: "done" });
  },
  async cancelled({ forge, id, pass, task }: Reviewed): Promise<void> {
    await forge.people.comment({ thread: Number(id), body: "/close" });
    await pass(60_000);
    expect(await task(id)).toMatchObject({ status: "cancelled" });
  },
};

test.each([
  ["done", 60_000],
  ["done", 0],
  ["cancelled", 60_000],
  ["cancelled", 0],
] as const)(
  "what is written when a task is %s counts when its issue is opened again %d ms later",
  async (end, later) => {
    const reviewed = await openReviewed();
    const { forge, id, pass, task } = reviewed;
    await alone[end](reviewed);
    const told = listen(reviewed);
    const other = await forge.people.openIssue({ title: "other" });
    await forge.people.editIssue({ id, body: `More, please.\n\nBlocked by: #${other}` });
    await pass(later);
    await forge.people.editIssue({ id, state: "open" });
    await pass(120_000);
    expect(await task(id)).toMatchObject({ status: "blocked", waitingFor: [other], body: /More/ });
    await forge.people.editIssue({ id: other, state: "closed" });
    await pass(120_000);
    expect(told).toEqual([expect.stringContaining("More, please.")]);
  },
);

test("what is written between /close and /retry counts", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass } = reviewed;
  await alone.cancelled(reviewed);
  const told = listen(reviewed);
  await forge.people.editIssue({ id, body: "More, please." });
  await forge.people.comment({ thread: Number(id), body: "/retry" });
  await pass(120_000);
  expect(told).toEqual(["More, please."]);
});

test("a body, a priority and a blocker that come together with status:new count", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass, task } = reviewed;
  const told = listen(reviewed);
  const other = await forge.people.openIssue({ title: "other" });
  const labels = ["orchestrate", "status:new", `blocked-by:#${other}`, "priority:high"];
  await forge.people.editIssue({ id, body: "Otherwise.", labels });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "blocked", waitingFor: [other], priority: 10 });
  await forge.people.editIssue({ id: other, state: "closed" });
  await pass(120_000);
  expect(told).toEqual(["Otherwise."]);
});

test("a body that comes together with no-agent counts once the task goes on", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass, task } = reviewed;
  const told = listen(reviewed);
  await forge.people.editIssue({ id, body: "Otherwise.", labels: ["orchestrate", "no-agent"] });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "held" });
  await forge.people.editIssue({ id, labels: ["orchestrate"] });
  await forge.people.comment({ thread: Number(id), body: "/retry" });
  await pass(120_000);
  expect(told).toEqual(["Otherwise."]);
});
