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
