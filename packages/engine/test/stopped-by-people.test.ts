import { expect, test } from "vitest";

import { openLoop, type Loop } from "./whole-loop.ts";

type Stopped = Loop & Awaited<ReturnType<Loop["inReview"]>>;

/** A result in review, to which the label no-agent was put. */
async function held(): Promise<Stopped> {
  const loop = await openLoop();
  const { id, ...rest } = await loop.inReview();
  const stopped = { ...loop, id, ...rest };
  await putLabel(stopped, "no-agent");
  expect(await loop.task(id)).toMatchObject({ status: "needs_review", reason: "held" });
  return stopped;
}

async function putLabel({ forge, id, pass }: Stopped, label: string): Promise<void> {
  await forge.people.editIssue({ id, labels: [...((await forge.issue(id))?.labels ?? []), label] });
  await pass(60_000);
}

async function takeLabel({ forge, id, pass }: Stopped, label: string): Promise<void> {
  const labels = (await forge.issue(id))?.labels ?? [];
  await forge.people.editIssue({ id, labels: labels.filter((each) => each !== label) });
  await pass(60_000);
}

test("what is said below a task with no-agent starts nothing, and what was shown is what /merge merges", async () => {
  const stopped = await held();
  const { id, pull, commit, pass, report, say, runs, scene, task } = stopped;
  await say(id, "I will do this one by hand.");
  await say(pull, "So there.");
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`]);
  expect((await task(id)).notes?.map(({ text }) => text)).toEqual(["I will do this one by hand.", "So there."]);
  await takeLabel(stopped, "no-agent");
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`]);
  await say(id, "/unblock");
  await pass(60_000);
  await report(id, "passing");
  await say(id, "/merge");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged", result: { commit } } });
  expect(scene.complaints).toEqual([]);
});

test("what is said after /block waits for /unblock or /retry, and a call is told so", async () => {
  const { id, pass, say, said, runs, task } = await held();
  await say(id, "@orch and with tabs, please");
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`]);
  expect((await said(id)).at(-1)).toMatch(/The label `no-agent` keeps agents away from here/);
  const other = await openLoop({ runMs: 40_000 });
  const issue = await other.forge.people.openIssue({ title: "x", labels: ["orchestrate"] });
  await other.pass(40_000);
  await other.say(issue, "/block not yet");
  await other.pass(60_000);
  await other.say(issue, "By the way, thanks.");
  await other.say(issue, "@orch use tabs");
  await other.pass(60_000);
  expect(other.runs).toEqual([`${issue}/1`]);
  expect((await other.said(issue)).at(-1)).toMatch(/is held.*`\/unblock`/s);
  await other.say(issue, "/unblock");
  await other.pass(120_000);
  expect(other.runs).toEqual([`${issue}/1`, `${issue}/2`]);
  expect((await other.task(issue)).notes).toHaveLength(2);
  expect((await task(id)).status).toBe("needs_review");
});

test.each(["/retry", "/reroute", "/unblock", "/review"])("%s is answered while no-agent is on", async (command) => {
  const stopped = await held();
  const { id, pass, say, said, runs } = stopped;
  await say(id, command);
  await pass(60_000);
  expect(runs).toEqual([`${id}/1`]);
  expect((await said(id)).at(-1)).toContain("The label `no-agent` keeps agents away from here");
});

test("a task that waits for a person is held by no-agent, too, and its pull request does not have it go on", async () => {
  const loop = await openLoop();
  const { forge, pass, task } = loop;
  const made = await loop.inReview();
  const stopped = { ...loop, ...made };
  await forge.people.closePull(made.pull);
  await pass(60_000);
  expect(await task(made.id)).toMatchObject({ reason: "pull_closed" });
  await putLabel(stopped, "no-agent");
  expect(await task(made.id)).toMatchObject({ reason: "held" });
  await putLabel(stopped, "status:new");
  expect(loop.runs).toHaveLength(1);
});

test("an issue that is opened again with no-agent begins when the label is off", async () => {
  const loop = await openLoop();
  const made = await loop.inReview();
  const { forge, pass, runs } = loop;
  await forge.people.editIssue({ id: made.id, state: "closed" });
  await pass(60_000);
  const labels = (await forge.issue(made.id))?.labels ?? [];
  await forge.people.editIssue({ id: made.id, state: "open", labels: [...labels, "no-agent"] });
  await pass(60_000);
  expect(runs).toHaveLength(1);
  await takeLabel({ ...loop, ...made }, "no-agent");
  await pass(60_000);
  expect(runs).toHaveLength(2);
});
