import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { approve, openForgeScene, openReviewed, type Reviewed } from "./forge-scene.ts";
import { project } from "./scene.ts";

/** A result with everything that its merge needs, whose approval alone a webhook tells of: the next look is hours away. */
async function nearMerge(): Promise<Reviewed & { readonly merge: () => Promise<void> }> {
  const scene = await openReviewed();
  const { engine, forge, head, number, pass } = scene;
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await pass(200_000);
  let told = Promise.resolve();
  return {
    ...scene,
    async merge() {
      await forge.people.review({ number, decision: "approve", body: "" });
      told = engine.look({ project, about: "commit", commit: head });
      // Less than until the next list is read.
      await pass(2_000);
      await told;
    },
  };
}

test.each([
  ["its issue was closed", "cancelled", { state: "closed" }],
  ["a label keeps agents away", "needs_review", { labels: ["orchestrate", "no-agent"] }],
] as const)("nothing is merged when %s a moment ago", async (_name, status, change) => {
  const { forge, id, merge, number, task } = await nearMerge();
  await forge.people.editIssue({ id, ...change });
  await merge();
  expect(forge.state.pulls.get(number)?.state).not.toBe("merged");
  expect(await task(id)).toMatchObject(status === "cancelled" ? {} : { status, reason: "held" });
});

test.each(["issue", "pull request"])("/block in the %s a moment ago holds what would be merged", async (where) => {
  const { forge, id, merge, number, task } = await nearMerge();
  await forge.people.comment({ thread: where === "issue" ? Number(id) : number, body: "/block not yet" });
  await merge();
  expect(forge.state.pulls.get(number)?.state).toBe("open");
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "held" });
});

test("what somebody wished who may not write any more is not merged, and waits for somebody who may", async () => {
  const { forge, head, id, number, pass, task } = await openReviewed();
  await forge.people.giveRole({ login: "bob", role: "write" });
  await forge.people.comment({ thread: Number(id), body: "/merge", as: "bob" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", approval: { by: "github:bob" } });
  await forge.people.giveRole({ login: "bob", role: "read" });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await pass(300_000);
  const held = await task(id);
  expect(held).toMatchObject({ status: "needs_review", reason: "merge_refused" });
  expect(held).not.toHaveProperty("approval");
  expect(forge.state.pulls.get(number)?.state).toBe("open");
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("/merge is about the words that were there: edited afterwards, the result waits for another one", async () => {
  const { forge, head, id, pass, task } = await openReviewed();
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(60_000);
  await forge.people.editIssue({ id, body: "Do something else." });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await pass(300_000);
  const waits = await task(id);
  expect(waits).toMatchObject({ status: "in_review", body: "Do something else.", lastAttempt: 1 });
  expect(waits).not.toHaveProperty("approval");
  await forge.people.comment({ thread: Number(id), body: "/merge", as: PEOPLE.owner });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("words that change during an attempt are worked on before its result is anybody's", async () => {
  const scene = await openForgeScene({ merge: "auto", runMs: 120_000 });
  const { forge, pass, task } = scene;
  const id = await forge.people.openIssue({ title: "Fix it", body: "One.", labels: ["orchestrate"] });
  await pass(90_000);
  expect(await task(id)).toMatchObject({ status: "in_progress", attempt: 1 });
  await forge.people.editIssue({ id, body: "Two." });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "in_review", body: "Two.", lastAttempt: 2 });
});

test("words that change in review, where nobody would look, are worked on", async () => {
  const { forge, pass, scene, task } = await openForgeScene({ merge: "auto" });
  const before = scene.run;
  scene.run = async (run) => {
    const outcome = await before(run);
    if (outcome.kind !== "finished" || outcome.result === undefined) return outcome;
    return { ...outcome, result: { ...outcome.result, checks: 1 } };
  };
  const id = await forge.people.openIssue({ title: "Fix it", body: "One.", labels: ["orchestrate"] });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 1 });
  await forge.people.editIssue({ id, body: "Two." });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ lastAttempt: 2, body: "Two." });
});

test("what an earlier orch left, approved and behind its base, comes before a person and is not looked at for ever", async () => {
  const opened = await openReviewed();
  const { scene, forge, head, id, number, pass, task } = opened;
  const known = await task(id);
  if (known.status !== "in_review") return expect.unreachable();
  await scene.store.commit({
    writes: [{ kind: "task:put", task: { ...known, result: { ...known.result, attempt: 0, checks: 0 } } }],
  });
  await forge.people.protect({ checks: ["ci"], strict: true });
  await forge.people.push({ branch: known.result.base, files: { "theirs.txt": "moved on" } });
  await approve(opened, { number, head });
  await pass(400_000);
  expect(forge.calls.filter((call) => call === "pullRequest").length).toBeLessThan(50);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "merge_refused" });
});
