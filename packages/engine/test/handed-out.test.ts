import type { TaskId } from "@orch/core";
import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { handsOut, openSite, part } from "./parts-scene.ts";
import { branch, commit, project, settle } from "./scene.ts";

test("parts become sub-issues, once, and the whole goes on when they are closed by whomever", async () => {
  const { scene, forge, engine, wish, look, task, calm } = await openSite();
  scene.run = handsOut([part("the doors", ["docs", "orch:approved", "complexity:high"]), part("the windows")]);
  await engine.start();
  const whole = await wish("Build a house", ["plan"]);
  const parts = (await forge.relations(whole)).children;
  expect(parts).toHaveLength(2);
  expect(await task(whole)).toMatchObject({ status: "blocked", waitingFor: parts, parts });
  const [doors, windows] = parts as [TaskId, TaskId];
  expect(await forge.issue(doors)).toMatchObject({
    title: "the doors",
    body: expect.stringMatching(/^<!-- orch:part:.*-->\nDo the doors\.\n\nDelegated from #1$/s) as unknown,
    labels: expect.arrayContaining([
      "orchestrate",
      "parent:1",
      "docs",
      "complexity:complex",
      "status:needs_review",
    ]) as unknown,
  });
  expect((await forge.issue(doors))?.labels).not.toContain("orch:approved");
  expect(await task(doors)).toMatchObject({
    parent: whole,
    depth: 1,
    labels: ["docs"],
    body: "Do the doors.\n\nDelegated from #1",
    pins: { complexity: "complex" },
  });
  // The same attempts and looks again open nothing twice.
  for (const id of [whole, doors, windows]) await look(id);
  expect(forge.state.issues.size).toBe(3);

  await forge.people.editIssue({ id: doors, state: "closed" });
  await look(doors);
  expect(await task(whole)).toMatchObject({ status: "blocked", waitingFor: [windows] });
  await engine.act({
    task: { project, id: windows },
    event: { type: "task:closed", by: "x", as: "completed" },
    actor: "x",
  });
  await calm();
  expect(await task(whole)).toMatchObject({ status: "done", outcome: { kind: "unchanged", why: "parts" } });
  expect(await forge.issue(whole)).toMatchObject({ state: "closed", closedAs: "completed" });
});

test("what is said below a part before its task is there reaches it", async () => {
  const { scene, forge, engine, wish, look, task } = await openSite();
  scene.run = handsOut([part("the doors")]);
  await engine.start();
  const whole = await wish("The house");
  const [id] = (await task(whole))?.parts ?? [];
  const doors = (id === undefined ? undefined : await task(id)) ?? expect.unreachable();
  // As if orch had died between the issue and its task.
  const late = { ...doors, createdAt: scene.clock.now() + 600_000 };
  await scene.store.commit({ writes: [{ kind: "task:put", task: late }] });
  await forge.people.comment({ thread: Number(doors.id), body: "Of oak, please." });
  await look(doors.id);
  expect((await task(doors.id))?.notes).toMatchObject([{ text: "Of oak, please." }]);
});

test("parts are divided three times at most, and nobody's words hand nothing out", async () => {
  const { scene, forge, engine, wish, task } = await openSite({ look: true });
  const hands = handsOut([part("deeper")]);
  scene.run = async (run) => hands({ ...run, task: { ...run.task, parent: undefined, attempt: 1 } as never });
  await engine.start();
  const whole = await wish("Build a house");
  expect(await task(whole)).toMatchObject({ status: "blocked" });
  const all = await scene.store.tasks({ project, limit: 100 });
  expect(all.map(({ status }) => status).toSorted()).toEqual(["blocked", "blocked", "blocked", "needs_review"]);
  expect(all.find(({ status }) => status === "needs_review")).toMatchObject({ reason: "too_many_parts", depth: 3 });

  const strange = await forge.people.openIssue({ title: "Hm", as: PEOPLE.stranger });
  await forge.people.editIssue({ id: strange, labels: ["orchestrate"] });
  void engine.look({ project, about: "issue", number: Number(strange) });
  await settle();
  await settle();
  expect(await task(strange)).toMatchObject({ trust: "untrusted", status: "needs_review" });
  expect((await forge.relations(strange)).children).toEqual([]);
});

test("what a task names holds it up, task or not, from whenever it is named until it is closed or named no more", async () => {
  const { scene, forge, engine, wish, look, task, calm } = await openSite();
  forge.takePush({ branch, commit });
  const foreign = await forge.people.openIssue({ title: "A person's own" });
  await engine.start();
  await calm();
  const first = await wish("Needs the other", [`blocked-by:#${foreign}`]);
  expect(await task(first)).toMatchObject({ status: "blocked", waitingFor: [foreign] });
  await forge.people.editIssue({ id: foreign, state: "closed" });
  await look(foreign);
  expect(await task(first)).toMatchObject({ status: "in_review" });

  const later = await forge.people.openIssue({ title: "Found later" });
  await forge.people.addBlocker({ id: first, by: later });
  await look(first);
  expect(await task(first)).toMatchObject({ status: "in_review", waitsFor: [later] });
  await forge.people.comment({ thread: Number(first), body: "/merge" });
  await look(first);
  expect(forge.calls).not.toContain("merge");

  // Naming each other: the second one does not wait.
  const back = await wish("Circle", [`blocked-by:#${first}`]);
  await forge.people.editIssue({ id: first, labels: ["orchestrate", `blocked-by:#${back}`] });
  await look(first);
  expect(await task(first)).toMatchObject({ waitsFor: [later] });
  await engine.act({
    task: { project, id: first },
    event: { type: "task:noted", by: "x", text: "hm", again: false },
    actor: "x",
  });
  await calm();
  const comments = await forge.comments(Number(first));
  expect(comments.some(({ body }) => body.includes(`#${back} waits for this issue`))).toBe(true);
  await forge.people.editIssue({ id: back, labels: ["orchestrate"] });
  await look(back);
  expect((await task(back))?.status).toBe("in_review");
  expect(scene.complaints).toContain("an issue would wait for itself");
});

test("parts wait for those that they name by their place, in whatever order, and never for each other in a circle", async () => {
  const { scene, forge, engine, wish, task, calm, look } = await openSite();
  scene.run = handsOut([
    part("the roof", ["blocked-by:2", "blocked-by:3"]),
    part("the walls", ["Blocked-By: #3"]),
    part("the ground", ["blocked-by:3", "blocked-by:99", "blocked-by:x"]),
    part("the egg", ["blocked-by:5"]),
    part("the hen", ["blocked-by:4"]),
  ]);
  await engine.start();
  const whole = await wish("Build a house", ["plan"]);
  const opened = await task(whole);
  const [roof, walls, ground, egg, hen] = (opened?.parts ?? []) as [TaskId, TaskId, TaskId, TaskId, TaskId];
  expect((await forge.issue(roof))?.title).toBe("the roof");
  expect((await forge.issue(roof))?.body).toMatch(new RegExp(`\nBlocked by: #${walls}, #${ground}\n`));
  expect((await forge.issue(ground))?.body).not.toContain("Blocked by");
  expect(await task(roof)).toMatchObject({ status: "blocked", waitingFor: [walls, ground] });
  expect(await task(walls)).toMatchObject({ status: "blocked", waitingFor: [ground] });
  expect((await task(ground))?.dependsOn).toEqual([]);
  expect([(await task(egg))?.dependsOn, (await task(hen))?.dependsOn]).toEqual([[], [egg]]);
  await forge.closeIssue({ id: ground, as: "completed" });
  await look(ground);
  await calm();
  expect((await task(walls))?.status).not.toBe("blocked");
  expect(await task(roof)).toMatchObject({ status: "blocked", waitingFor: [walls] });
});

test("a part that is closed as not planned lets its whole go on, and not a part that waits for it", async () => {
  const { scene, forge, engine, wish, task, calm, look } = await openSite();
  scene.run = handsOut([part("the ground"), part("the walls", ["blocked-by:1"]), part("the garden")]);
  await engine.start();
  const whole = await wish("Build a house", ["plan"]);
  const [ground, walls, garden] = ((await task(whole))?.parts ?? []) as [TaskId, TaskId, TaskId];
  await forge.closeIssue({ id: ground, as: "not_planned" });
  await look(ground);
  expect(await task(ground)).toMatchObject({ status: "cancelled" });
  expect(await task(walls)).toMatchObject({ status: "needs_review", reason: "dependency_cancelled" });
  expect(await task(whole)).toMatchObject({ status: "blocked", waitingFor: [walls, garden] });
  for (const id of [walls, garden]) {
    await forge.closeIssue({ id, as: "not_planned" });
    await look(id);
  }
  await calm();
  expect(await task(whole)).toMatchObject({ status: "done", outcome: { kind: "unchanged", why: "parts" } });
});
