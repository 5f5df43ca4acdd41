import type { ForgeRole } from "@orch/core";
import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop } from "./whole-loop.ts";

const { owner, reviewer, stranger } = PEOPLE;
const writers: readonly ForgeRole[] = ["admin", "maintain", "write"];
const roles: readonly ForgeRole[] = [...writers, "triage", "read", "none"];
const modes = [{ mode: "label" }, { mode: "all", onlyLabel: "orchestrate" }] as const;
const cases = roles.flatMap((role) => modes.map((intake) => ({ role, intake, by: intake.mode })));

test.each(cases)(
  "a maintainer's issue begins by the label of somebody with the role $role, or waits (mode $by)",
  async ({ role, intake }) => {
    const { forge, pass, say, said, runs, task } = await openLoop({ intake });
    await forge.people.giveRole({ login: "tom", role });
    const id = await forge.people.openIssue({ title: "Mend it", as: owner });
    await forge.people.editIssue({ id, labels: ["orchestrate"], as: "tom" });
    await pass(120_000);
    const opts = writers.includes(role);
    expect(runs.length > 0).toBe(opts);
    if (opts) return;
    const [waits, ...others] = await said(id);
    expect(others).toEqual([]);
    expect(waits).toContain("put on by somebody who may not write");
    const command = /\/approve [0-9a-f]{12}/.exec(waits ?? "")?.[0] ?? "";
    await say(id, command, "tom");
    await pass(120_000);
    expect(runs).toEqual([]);
    await say(id, command, reviewer);
    await pass(120_000);
    expect(runs).toEqual([`${id}/1`]);
    expect((await task(id)).trust ?? "trusted", "its author may write").toBe("trusted");
  },
);

test("the last who put the label counts, and what has begun does not end with their role", async () => {
  const { forge, pass, runs, task, said } = await openLoop({ runMs: 600_000 });
  await forge.people.giveRole({ login: "tom", role: "triage" });
  await forge.people.openIssue({ title: "Mend it", labels: ["orchestrate"], as: "tom" });
  const other = await forge.people.openIssue({ title: "Mend that", labels: ["orchestrate"], as: reviewer });
  await forge.people.editIssue({ id: other, labels: [], as: "tom" });
  await forge.people.editIssue({ id: other, labels: ["orchestrate"], as: "tom" });
  await pass(60_000);
  expect(runs).toEqual([]);
  await forge.people.editIssue({ id: other, labels: [], as: reviewer });
  await forge.people.editIssue({ id: other, labels: ["orchestrate"], as: reviewer });
  await pass(60_000);
  expect(runs).toEqual([`${other}/1`]);
  expect((await said(other))[0], "the comment tells how the task stands").not.toContain("/approve");

  await forge.people.giveRole({ login: reviewer, role: "triage" });
  const before = forge.calls.length;
  await forge.people.editIssue({ id: other, body: "More of it.", as: owner });
  await pass(60_000);
  expect((await task(other)).status).toBe("in_progress");
  expect(forge.calls.slice(before), "who put it is asked once").not.toContain("history");
});

test("a stranger's own label, as a template puts it, starts nobody's look; a person's does", async () => {
  const { forge, pass, runs } = await openLoop({ intake: { strangers: "look" } });
  const id = await forge.people.openIssue({ title: "Mend it", labels: ["orchestrate"], as: stranger });
  await pass(60_000);
  expect(runs).toEqual([]);
  await forge.people.editIssue({ id, labels: [], as: owner });
  await forge.people.editIssue({ id, labels: ["orchestrate"], as: owner });
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`]);
});

test("a program's label counts where the configuration lists its number, whatever its role", async () => {
  const helper = "helper[bot]";
  const unknown = await openLoop();
  await unknown.forge.people.giveRole({ login: helper, role: "admin" });
  const { forge, pass, runs } = unknown;
  const id = await forge.people.openIssue({ title: "Mend it", as: owner });
  await forge.people.editIssue({ id, labels: ["orchestrate"], as: helper });
  await pass(60_000);
  expect(runs).toEqual([]);
  const { id: number } = forge.state.user(helper);

  const listed = await openLoop({ intake: { bots: [number] } });
  const same = await listed.forge.people.openIssue({ title: "Mend it", as: owner });
  // In this forge, too, it is the second that is heard of.
  expect(listed.forge.state.user(helper).id).toBe(number);
  await listed.forge.people.editIssue({ id: same, labels: ["orchestrate"], as: helper });
  await listed.pass(60_000);
  expect(listed.runs).toEqual([`${same}/1`]);
});
