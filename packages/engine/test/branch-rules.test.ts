import { sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { approve, openReviewed } from "./forge-scene.ts";

const HOUR_MS = 3_600_000;

test("a merge waits for a check that the branch requires and nobody has reported, and goes on by itself", async () => {
  const reviewed = await openReviewed();
  const { forge, head, id, pass, task } = reviewed;
  await forge.people.rule({ checks: ["ci", "late"] });
  await approve(reviewed, reviewed);
  await pass(HOUR_MS);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { missing: { checks: ["late"], approvals: 0 } } });
  expect(forge.calls).not.toContain("merge");
  await forge.people.report({ commit: head, name: "late", state: "passing", kind: "check" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("a required check that stays away for hours is a person's matter, and its report lets the task go on", async () => {
  const settings = { ...sampleForge, pull: { ...sampleForge.pull, requiredWaitMs: 2 * HOUR_MS } };
  const reviewed = await openReviewed({ settings });
  const { forge, head, id, pass, task } = reviewed;
  await forge.people.rule({ checks: ["ci", "late"] });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(2 * HOUR_MS - 60_000);
  expect(await task(id)).toMatchObject({ status: "in_review" });
  await pass(300_000);
  expect(await task(id)).toMatchObject({
    status: "needs_review",
    reason: "checks_missing",
    detail: "main requires late, of which nothing was heard.",
  });
  await forge.people.report({ commit: head, name: "late", state: "passing", kind: "status" });
  await pass(300_000);
  // What was wished for before counts still.
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("nobody is called because of a missing check while something else is missing, too", async () => {
  const settings = { ...sampleForge, pull: { ...sampleForge.pull, requiredWaitMs: HOUR_MS } };
  const reviewed = await openReviewed({ settings });
  const { forge, id, pass, task } = reviewed;
  await forge.people.rule({ checks: ["late"] });
  await pass(2 * HOUR_MS);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { missing: { checks: ["late"], overdue: true } } });
});

test("approving reviews that the branch requires are waited for, whoever wishes the merge", async () => {
  const reviewed = await openReviewed();
  const { forge, head, id, number, pass, task } = reviewed;
  await forge.people.rule({ approvals: 2 });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { missing: { checks: [], approvals: 2 } } });
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(HOUR_MS);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { missing: { checks: [], approvals: 1 } } });
  expect(forge.calls).not.toContain("merge");
  await forge.people.review({ number, decision: "approve", body: "", as: "maker" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
});

test("rules that came a moment before the merge are waited for, not a person's matter", async () => {
  const reviewed = await openReviewed({
    over: (forge) => {
      let isRead = false;
      return {
        async rules(base, how) {
          const rules = await forge.rules(base, how);
          return isRead ? rules : { ...rules, checks: [] };
        },
        async merge(request) {
          isRead = true;
          return forge.merge(request);
        },
      };
    },
  });
  const { forge, head, id, pass, task } = reviewed;
  await forge.people.rule({ checks: ["late"] });
  await approve(reviewed, reviewed);
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { missing: { checks: ["late"] } } });
  expect(forge.calls.filter((call) => call === "merge")).toHaveLength(1);
  await forge.people.report({ commit: head, name: "late", state: "passing", kind: "check" });
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("a way to merge that the branch does not allow is not taken where it allows another one", async () => {
  const methods: string[] = [];
  const reviewed = await openReviewed({
    over: (forge) => ({
      async merge(request) {
        methods.push(request.method);
        return forge.merge(request);
      },
    }),
  });
  const { forge, id, pass, task } = reviewed;
  await forge.people.rule({ methods: ["merge", "rebase"] });
  await approve(reviewed, reviewed);
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
  expect(methods).toEqual(["merge"]);
});
