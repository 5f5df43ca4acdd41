import type { ForgeRole } from "@orch/core";
import { expect, test } from "vitest";

import { openForgeScene, openReviewed } from "./forge-scene.ts";

const roles: readonly ForgeRole[] = ["admin", "maintain", "write", "triage", "read", "none"];
const writers: readonly ForgeRole[] = ["admin", "maintain", "write"];

test.each(roles)("an author who has the role %s by now edits their issue as far as that goes", async (role) => {
  const { forge, pass, task } = await openForgeScene();
  await forge.people.giveRole({ login: "bob", role: "write" });
  const id = await forge.people.openIssue({ title: "Fix it", body: "old", labels: ["orchestrate"], as: "bob" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", body: "old" });
  await forge.people.giveRole({ login: "bob", role });
  await forge.people.editIssue({ id, body: "new", as: "bob" });
  await pass(60_000);
  expect((await task(id)).body).toBe(writers.includes(role) ? "new" : "old");
});

test("what somebody wrote who may not any more is let in as a stranger's is", async () => {
  const { forge, pass, task } = await openForgeScene();
  await forge.people.giveRole({ login: "bob", role: "write" });
  const id = await forge.people.openIssue({ title: "Fix it", body: "old", labels: ["orchestrate"], as: "bob" });
  await pass(60_000);
  await forge.people.giveRole({ login: "bob", role: "read" });
  await forge.people.editIssue({ id, body: "new", as: "bob" });
  await pass(60_000);
  const said = (await forge.comments(Number(id))).map(({ body }) => body).join("\n");
  const name = /\/approve ([0-9a-f]{12})/.exec(said)?.[1];
  await forge.people.comment({ thread: Number(id), body: `/approve ${name}` });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ body: "new" });
});

test("a stranger who may write by now edits their own issue", async () => {
  const { forge, pass, task } = await openForgeScene();
  const id = await forge.people.openIssue({ title: "Fix it", body: "old", as: "bob" });
  await pass(5_000);
  await forge.people.editIssue({ id, labels: ["orchestrate", "orch:approved"] });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "in_review", trust: "reviewed", body: "old" });
  await forge.people.giveRole({ login: "bob", role: "write" });
  await forge.people.editIssue({ id, body: "new", as: "bob" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ trust: "reviewed", body: "new" });
});

test("what a program says in a review is nobody's word, whatever role it has", async () => {
  const { forge, head, id, number, pass, task } = await openReviewed();
  await forge.people.giveRole({ login: "lint[bot]", role: "write" });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await forge.people.review({ number, decision: "approve", body: "", as: "lint[bot]" });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { decision: "none" } });
  await forge.people.review({ number, decision: "request_changes", body: "Add a door.", as: "lint[bot]" });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 1, seen: { decision: "none" } });
});

test("rounds of failing checks leave people's reviews their own", async () => {
  const { forge, id, number, pass, task } = await openReviewed();
  for (let round = 1; round <= 2; round += 1) {
    const { seen } = { seen: undefined, ...(await task(id)) };
    if (seen === undefined) return expect.fail("nobody looked");
    await forge.people.report({ commit: seen.head, name: "ci", state: "failing", kind: "status" });
    await pass(120_000);
    expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: round + 1, mends: round });
  }
  await forge.people.review({ number, decision: "request_changes", body: "Another line." });
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 4, rounds: 1 });
});

test("where nobody but people merge, an approval merges nothing and /merge does", async () => {
  const { forge, head, id, number, pass, task } = await openReviewed({ merge: "never" });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await forge.people.review({ number, decision: "approve", body: "" });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { decision: "approved" } });
  await forge.people.comment({ thread: Number(id), body: "/merge" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});
test("the words of whoever may not write any more are reviewed, not trusted", async () => {
  const { forge, pass, task } = await openForgeScene();
  await forge.people.giveRole({ login: "bob", role: "write" });
  const id = await forge.people.openIssue({ title: "Fix it", body: "old", labels: ["orchestrate"], as: "bob" });
  await pass(60_000);
  await forge.people.giveRole({ login: "bob", role: "read" });
  await forge.people.editIssue({ id, body: "new", as: "bob" });
  await pass(60_000);
  const said = (await forge.comments(Number(id))).map(({ body }) => body).join("\n");
  const name = /\/approve ([0-9a-f]{12})/.exec(said)?.[1];
  await forge.people.comment({ thread: Number(id), body: `/approve ${name}` });
  await pass(60_000);
  await forge.people.comment({ thread: Number(id), body: "/retry" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ body: "new", lastAttempt: 2, trust: "reviewed" });
});
