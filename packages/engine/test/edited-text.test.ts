import { expect, test } from "vitest";

import { openReviewed, type Reviewed } from "./forge-scene.ts";

function textOf({ forge, number }: Reviewed): string {
  return forge.state.pulls.get(number)?.body ?? expect.fail("there is no pull request");
}

async function secondResult(reviewed: Reviewed): Promise<string> {
  const { forge, id, number, pass, task } = reviewed;
  await forge.people.review({ number, decision: "request_changes", body: "Please do more." });
  await pass(120_000);
  const now = await task(id);
  return now.status === "in_review" && now.result.attempt === 2
    ? now.result.commit
    : expect.fail(`it is ${now.status}`);
}

test("a text that nobody touched is written anew with each result", async () => {
  const reviewed = await openReviewed();
  expect(textOf(reviewed)).toContain(`orch-gate: ${reviewed.head} `);
  const commit = await secondResult(reviewed);
  expect(textOf(reviewed)).toContain(`orch-gate: ${commit} `);
  expect(textOf(reviewed)).toContain("attempt 2");
});

test("what people write into a pull request stays, and so does its title; orch's own part is that of the new result", async () => {
  const reviewed = await openReviewed();
  const { alter, forge, number } = reviewed;
  const edited = `My own words.\n\n${textOf(reviewed)}\n\nClosing words.`;
  alter(number, { title: "A better title", body: edited });
  const commit = await secondResult(reviewed);
  const { title, body } = forge.state.pulls.get(number) ?? expect.fail("there is no pull request");
  expect(title).toBe("A better title");
  expect(body).toBe(edited.replaceAll(reviewed.head, commit).replace("attempt 1,", "attempt 2,"));
  expect(body).toContain(`orch-gate: ${commit} `);
});

test("a text without orch's part is left as people made it", async () => {
  const reviewed = await openReviewed();
  const seal = /<!-- orch:text \w+ -->/.exec(textOf(reviewed))?.[0] ?? expect.fail("there is no seal");
  const edited = `My own words.\n\n${seal}`;
  reviewed.alter(reviewed.number, { body: edited });
  await secondResult(reviewed);
  expect(textOf(reviewed)).toBe(edited);
});
