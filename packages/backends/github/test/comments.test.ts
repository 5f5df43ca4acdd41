import { onTestFinished, expect, test } from "vitest";

import { benchOn, githubWith } from "./bench.ts";

test("a comment that is to say what it says already costs nothing", async () => {
  const github = await githubWith(1);
  onTestFinished(() => github.standIn[Symbol.asyncDispose]());
  const { forge, people } = benchOn(github.standIn, github.next());
  const thread = Number(await people.openIssue({ title: "one" }));
  const put = (body: string): Promise<number> => forge.putComment({ thread, marker: "orch:status:x", body });
  const id = await put("waits");
  const sent = (): number => Object.values(forge.budget().sent).reduce((sum, count) => sum + count, 0);
  const before = sent();
  for (let count = 0; count < 20; count += 1) expect(await put("waits")).toBe(id);
  expect(sent()).toBe(before);
  await put("works");
  expect(sent()).toBe(before + 1);
  await put("works");
  expect(sent()).toBe(before + 1);
  expect(await forge.comments(thread)).toMatchObject([{ id, body: expect.stringContaining("works") as string }]);
}, 60_000);

test("those who say the same at the same time say it once", async () => {
  const github = await githubWith(1);
  onTestFinished(() => github.standIn[Symbol.asyncDispose]());
  const { forge, people } = benchOn(github.standIn, github.next());
  const thread = Number(await people.openIssue({ title: "one" }));
  const bodies = ["first", "first", "last"];
  const ids = await Promise.all(bodies.map((body) => forge.putComment({ thread, marker: "orch:status:x", body })));
  expect(new Set(ids).size).toBe(1);
  expect(await forge.comments(thread)).toMatchObject([{ body: expect.stringContaining("last") as string }]);
}, 60_000);
