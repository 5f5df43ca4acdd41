import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop, type Loop } from "./whole-loop.ts";

const { reviewer, stranger } = PEOPLE;

/** The name that orch's comments below an issue say now. */
async function nameIn({ said }: Loop, thread: string): Promise<string | undefined> {
  return /\/approve ([0-9a-f]{12})/.exec((await said(thread)).join("\n"))?.[1];
}

test("a stranger's edit of a task in review is let in by its name alone; /approve is about the result", async () => {
  const loop = await openLoop();
  const { forge, pass, task, say, runs } = loop;
  const id = await forge.people.openIssue({ title: "Fix it", body: "one", labels: ["orchestrate"], as: stranger });
  await pass(60_000);
  await say(id, `/approve ${await nameIn(loop, id)}`, reviewer);
  await pass(90_000);
  expect(await task(id)).toMatchObject({ status: "in_review", trust: "reviewed", body: "one" });
  expect(await nameIn(loop, id), "nothing waits").toBeUndefined();
  await loop.report(id, "pending");

  await forge.people.editIssue({ id, body: "two: also this", as: stranger });
  await pass(60_000);
  const name = await nameIn(loop, id);
  expect(name).toMatch(/^[0-9a-f]{12}$/);
  await say(id, "/approve", reviewer);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ body: "one", approval: { by: `github:${reviewer}` } });

  await say(id, `/approve ${name}`, reviewer);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ body: "two: also this" });
  expect(await nameIn(loop, id)).toBeUndefined();
  await loop.report(id, "passing");
  await pass(120_000);
  expect(await task(id), "what was approved before is about other words").toMatchObject({ status: "in_review" });
  await say(id, "/approve", reviewer);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done" });
  expect(runs).toEqual([`${id}/1`]);
});

test("where agents may look at strangers' words, the comment names the text, and /approve alone lets nothing in", async () => {
  const loop = await openLoop({ intake: { strangers: "look" }, runMs: 600_000 });
  const { forge, pass, task, say, said } = loop;
  const id = await forge.people.openIssue({ title: "Fix it", body: "one", as: stranger });
  await forge.people.editIssue({ id, labels: ["orchestrate"] });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ trust: "untrusted" });
  const name = await nameIn(loop, id);
  expect(name).toMatch(/^[0-9a-f]{12}$/);
  await say(id, "/approve", reviewer);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ trust: "untrusted" });
  expect((await said(id)).at(-1)).toContain(`@${reviewer}: There is no result to approve.`);
  await say(id, "/block", reviewer);
  await pass(60_000);
  await say(id, `/approve ${name}`, reviewer);
  await pass(60_000);
  expect(await task(id)).toMatchObject({ trust: "reviewed" });
  expect((await said(id))[0]).not.toContain("/approve");
});
