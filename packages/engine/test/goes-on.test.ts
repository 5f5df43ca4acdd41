import { orchError } from "@orch/core";
import { expect, test } from "vitest";

import { approve, openReviewed } from "./forge-scene.ts";

test("a merge that rules refuse which nobody may read goes on by itself when they are satisfied", async () => {
  const reviewed = await openReviewed({
    over: () => ({ rules: async () => ({ checks: [], approvals: 0, methods: ["squash"] }) }),
  });
  const { forge, head, id, pass, task } = reviewed;
  await forge.people.protect({ checks: ["late"] });
  await approve(reviewed, reviewed);
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "merge_refused", seen: { blocked: true } });
  const asked = forge.calls.filter((call) => call === "merge").length;
  await pass(3_600_000);
  // Nothing has changed, so nothing is asked for again.
  expect(forge.calls.filter((call) => call === "merge")).toHaveLength(asked);
  await forge.people.report({ commit: head, name: "late", state: "passing", kind: "check" });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("a refused merge that a person wished for is asked for again once another approves", async () => {
  let refuses = true;
  const reviewed = await openReviewed({
    over: (forge) => ({
      async merge(request) {
        if (refuses) return { kind: "refused", why: "blocked", detail: "2 approving reviews are required" };
        return forge.merge(request);
      },
    }),
  });
  const { forge, head, id, number, pass, task } = reviewed;
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "merge_refused" });
  refuses = false;
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("a right that the token lacks is not asked for again and again", async () => {
  const reviewed = await openReviewed({
    over: () => ({
      async merge() {
        throw orchError("forge_denied", "the token may not merge");
      },
    }),
  });
  const { forge, id, pass, task } = reviewed;
  await approve(reviewed, reviewed);
  await pass(1_800_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "merge_refused" });
  expect(forge.calls.filter((call) => call === "putComment").length).toBeLessThan(20);
});

test("a pull request that people close and open again goes on, with what was approved", async () => {
  const reviewed = await openReviewed();
  const { alter, forge, id, number, pass, task } = reviewed;
  await forge.people.closePull(number);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "pull_closed" });
  alter(number, { state: "open" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", result: { attempt: 1 } });
  await approve(reviewed, reviewed);
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("after too many rounds an approval of the head is enough", async () => {
  const reviewed = await openReviewed();
  const { forge, id, number, pass, task } = reviewed;
  for (const body of ["Again.", "And again.", "Once more."]) {
    await forge.people.review({ number, decision: "request_changes", body });
    await pass(60_000);
  }
  const waiting = await task(id);
  expect(waiting).toMatchObject({ status: "needs_review", reason: "review_limit" });
  const head = waiting.status === "needs_review" ? waiting.result?.commit : undefined;
  await approve(reviewed, { number, head: head ?? expect.fail("there is no result") });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { result: { commit: head } } });
});

test("checks that become green let go on what came before a person because they failed", async () => {
  const reviewed = await openReviewed();
  const { forge, id, number, pass, task } = reviewed;
  for (let round = 0; round < 3; round += 1) {
    const now = await task(id);
    const commit = now.status === "in_review" ? now.result.commit : expect.fail(`it is ${now.status}`);
    await forge.people.report({ commit, name: "ci", state: "failing", kind: "status" });
    await pass(60_000);
  }
  const waiting = await task(id);
  expect(waiting).toMatchObject({ status: "needs_review", reason: "ci_failing" });
  const head = (waiting.status === "needs_review" ? waiting.result?.commit : undefined) ?? expect.fail("no result");
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "status" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", result: { commit: head } });
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test.each([3, 1_000])(
  "a base that moves at the moment of the merge is no person's matter, unless for ever (%i times)",
  async (times) => {
    let left = times;
    const reviewed = await openReviewed({
      over: (forge) => ({
        async merge(request) {
          left -= 1;
          if (left >= 0) return { kind: "refused", why: "moving", detail: "Base branch was modified." };
          return forge.merge(request);
        },
      }),
    });
    const { id, pass, task } = reviewed;
    await approve(reviewed, reviewed);
    await pass(3_600_000);
    const ended = await task(id);
    expect(ended).toMatchObject(times === 3 ? { status: "done" } : { status: "needs_review", reason: "merge_refused" });
    expect(times - left).toBeLessThan(20);
  },
);
