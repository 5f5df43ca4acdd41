import { expect, test } from "vitest";

import { approve, openReviewed, type Reviewed } from "./forge-scene.ts";
import { project } from "./scene.ts";

type Wish = (reviewed: Reviewed) => Promise<unknown>;

const commands = {
  below: {
    close: ({ forge, id }) => forge.people.comment({ thread: Number(id), body: "/close" }),
    retry: ({ forge, id }) => forge.people.comment({ thread: Number(id), body: "/retry" }),
  },
  line: {
    close: ({ engine, id }) => engine.act({ task: { project, id }, event: { ...cancelled, by: "cli" }, actor: "cli" }),
    retry: ({ engine, id }) => engine.act({ task: { project, id }, event: { ...retried, by: "cli" }, actor: "cli" }),
  },
} as const satisfies Record<string, Record<string, Wish>>;

const cancelled = { type: "task:cancelled", why: "not wanted" } as const;
const retried = { type: "task:retried" } as const;

const ways = (["below", "line"] as const).flatMap((close) =>
  (["below", "line"] as const).map((retry) => [close, retry]),
);

test.each(ways)(
  "what was given up (%s) and is tried again (%s) is worked on in its issue, which is open again",
  async (close = "below", retry = "below") => {
    const reviewed = await openReviewed();
    const { forge, id, number, pass, task } = reviewed;
    await commands[close].close(reviewed);
    while ((await forge.issue(id))?.state === "open") await pass(1_000);
    expect(await task(id)).toMatchObject({ status: "cancelled" });
    await commands[retry].retry(reviewed);
    await pass(300_000);
    const again = await task(id);
    expect(again).toMatchObject({ status: "in_review", result: { attempt: 2 }, earlierPulls: [{ number }] });
    expect(await forge.issue(id)).toMatchObject({ state: "open" });
    expect(forge.state.pulls.get(again.pull?.number ?? 0)).toMatchObject({ state: "open" });
    await forge.people.editIssue({ id, state: "closed" });
    await pass(60_000);
    expect(await task(id), "a person closes it once more").toMatchObject({
      status: "done",
      outcome: { kind: "closed" },
    });
  },
);

test("an issue that a person closes while orch works on it is not opened again", async () => {
  const reviewed = await openReviewed();
  const { forge, id, pass, task } = reviewed;
  await forge.people.editIssue({ id, state: "closed" });
  await forge.people.comment({ thread: Number(id), body: "Not needed any more." });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "closed" } });
  expect(await forge.issue(id)).toMatchObject({ state: "closed" });
});

test("a title that is changed after the end does not make orch close what people opened again", async () => {
  const reviewed = await openReviewed();
  const { engine, forge, id, pass, task } = reviewed;
  await approve(reviewed, reviewed);
  await pass(240_000);
  await forge.people.editIssue({ id, title: "Mended" });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done", title: "Mended" });
  // A stranger opens their own thing again: nobody works on it, and it stays as it is.
  await forge.people.giveRole({ login: "tom", role: "triage" });
  await forge.people.editIssue({ id, state: "open", as: "tom" });
  await forge.people.editIssue({ id, title: "Mended, or is it?" });
  await pass(60_000);
  await engine.look({ project, about: "issue", number: Number(id) });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done", title: "Mended, or is it?" });
  expect(await forge.issue(id)).toMatchObject({ state: "open" });
});
