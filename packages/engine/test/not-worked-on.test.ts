import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop } from "./whole-loop.ts";

const { owner, reviewer, stranger } = PEOPLE;

test("commands below an issue that is no task are answered once, with what makes it one", async () => {
  const { forge, pass, say, said } = await openLoop();
  const id = await forge.people.openIssue({ title: "An idea" });
  await pass(60_000);
  for (const word of ["/help", "/status", "/approve"]) await say(id, word);
  await say(id, "/status", stranger);
  await say(id, "Just words.");
  await pass(60_000);
  await say(id, "More words.");
  await pass(60_000);
  const answers = await said(id);
  expect(answers).toHaveLength(3);
  for (const text of answers)
    expect(text).toContain(`@${owner}: This issue is no task. The label \`orchestrate\` makes it one.`);
  expect(answers[0]).toContain("| `/retry [note]` |");
  for (let count = 0; count < 10; count += 1) await say(id, "/assign somebody", reviewer);
  await pass(60_000);
  expect(await said(id), "other programs have commands of these names").toHaveLength(5);
});

test("where a stranger's issue waits, the answer names its text; below pull requests of people nothing is said", async () => {
  const { forge, pass, say, said } = await openLoop();
  const id = await forge.people.openIssue({ title: "Mine", labels: ["orchestrate"], as: stranger });
  await pass(60_000);
  await say(id, "/retry");
  await pass(60_000);
  expect((await said(id)).at(-1)).toMatch(
    /It waits for somebody who may write to approve it: `\/approve [0-9a-f]{12}`/,
  );
  const branch = "theirs" as Parameters<typeof forge.people.push>[0]["branch"];
  await forge.people.push({ branch, files: { "a.ts": "one\n" } });
  const { number } = await forge.openPullRequest({ branch, title: "Theirs", body: "", draft: false });
  await say(number, "/approve");
  await say(number, "/retry");
  await pass(60_000);
  expect(await said(number)).toEqual([]);
});

test("what is said when all is done is answered: commands each, plain words once", async () => {
  const { pass, task, say, said, report, inReview } = await openLoop();
  const { id, pull } = await inReview();
  await say(pull, "/merge");
  await report(id, "passing");
  await pass(240_000);
  expect(await task(id)).toMatchObject({ status: "done" });
  await say(id, "It still fails on Windows, please look again.");
  await say(pull, "Here, too.");
  await say(pull, "/status");
  await say(pull, "/unblock");
  await say(pull, "Not heard.", stranger);
  await pass(60_000);
  const [status, refused, ...rest] = await said(pull);
  expect(rest).toEqual([]);
  expect(status).toContain("### orch: done");
  expect(refused).toContain("A task that is done can't be unblocked.");
  const over = (await said(id)).filter((text) => text.includes(`or open #${id} again`));
  expect(over).toHaveLength(1);
});

test.each([
  { mode: "manual", as: owner },
  { mode: "manual", as: stranger },
  { mode: "label", as: stranger },
] as const)("/approve that lets an issue of $as in ($mode) is no word about its result", async ({ mode, as }) => {
  const { forge, pass, task, say, said, scene } = await openLoop({ intake: { mode } });
  const labels = mode === "label" ? ["orchestrate"] : [];
  const id = await forge.people.openIssue({ title: "Mine", body: "text", labels, as });
  await pass(60_000);
  const comment = await say(id, "/approve", reviewer);
  await pass(120_000);
  expect(await task(id)).toMatchObject({ status: "in_review" });
  expect((await said(id)).filter((text) => text.startsWith("@"))).toEqual([]);
  expect([...forge.state.reactions]).toEqual([`${comment} rocket`]);
  expect(scene.complaints).toEqual([]);
});
