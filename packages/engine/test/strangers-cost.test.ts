import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop, type Loop } from "./whole-loop.ts";

const { owner, reviewer, stranger } = PEOPLE;

/** How often each method of the forge is called meanwhile. */
async function callsOf({ forge }: Loop, work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const before = forge.calls.length;
  await work();
  const calls: Record<string, number> = {};
  // Who orch is, a forge knows by itself.
  const asked = forge.calls.slice(before).filter((method) => method !== "self");
  for (const method of asked) calls[method] = (calls[method] ?? 0) + 1;
  return calls;
}

test("a stranger who says /approve with names of nothing costs one question about them, however often they say it", async () => {
  const loop = await openLoop();
  const { forge, pass, hint, say, task } = loop;
  const id = await forge.people.openIssue({ title: "Mine", labels: ["orchestrate"], as: stranger });
  await pass(60_000);
  const told: unknown[] = [];
  for (const more of [1, 20, 50]) {
    for (let count = 0; count < more; count += 1) await say(id, "/approve 000000000000", stranger);
    told.push(await callsOf(loop, () => hint("issue", id)));
  }
  expect(told[1]).toEqual(told[0]);
  expect(told[2]).toEqual(told[0]);
  const said = await loop.said(id);
  const name = /\/approve ([0-9a-f]{12})/.exec(said.join("\n"))?.[1];
  await say(id, `/approve ${name}`, reviewer);
  await hint("issue", id);
  expect(await task(id)).toMatchObject({ trust: "reviewed" });
});

test("people who may not write get five answers an hour in an issue together, and whoever may write all of theirs", async () => {
  const { forge, pass, hint, say, said, inReview } = await openLoop();
  const { id } = await inReview();
  for (const login of ["reader", stranger]) await forge.people.giveRole({ login, role: "read" });
  const answersTo = async (login: string): Promise<number> =>
    (await said(id)).filter((text) => text.startsWith(`@${login}: `)).length;
  for (let count = 0; count < 60; count += 1) {
    await say(id, "/status", stranger);
    await say(id, "/help", "reader");
  }
  await hint("issue", id);
  expect((await answersTo(stranger)) + (await answersTo("reader"))).toBe(5);
  for (let count = 0; count < 7; count += 1) await say(id, "/status", owner);
  await hint("issue", id);
  expect(await answersTo(owner)).toBe(7);
  await pass(3_700_000);
  await say(id, "/help", stranger);
  await pass(60_000);
  expect((await answersTo(stranger)) + (await answersTo("reader"))).toBe(6);
});
