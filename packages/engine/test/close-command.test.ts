import { sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { approve, openReviewed, type Reviewed } from "./forge-scene.ts";

/** Where issues of tasks that are over stay open. */
async function open(): Promise<Reviewed & { say(body: string): Promise<number> }> {
  const reviewed = await openReviewed({ settings: { ...sampleForge, autoClose: false } });
  const { forge, id, pass } = reviewed;
  return {
    ...reviewed,
    async say(body) {
      const comment = await forge.people.comment({ thread: Number(id), body });
      await pass(60_000);
      return comment;
    },
  };
}

test("/close closes the issue where orch does not close issues by itself", async () => {
  const { forge, id, say, task } = await open();
  const comment = await say("/close not wanted");
  expect(await task(id)).toMatchObject({ status: "cancelled" });
  expect(await forge.issue(id)).toMatchObject({ state: "closed", closedAs: "not_planned" });
  expect([...forge.state.reactions]).toContain(`${comment} rocket`);
});

test("/close of a task that is done closes the issue that is open still", async () => {
  const reviewed = await open();
  const { forge, id, pass, say, task } = reviewed;
  await approve(reviewed, reviewed);
  await pass(240_000);
  expect(await forge.issue(id)).toMatchObject({ state: "open" });
  const comment = await say("/close");
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged" } });
  expect(await forge.issue(id)).toMatchObject({ state: "closed", closedAs: "completed" });
  expect([...forge.state.reactions]).toContain(`${comment} rocket`);
});

test("/retry of a task that is done begins anew, with what is said behind it", async () => {
  const reviewed = await open();
  const { forge, id, number, pass, say, task } = reviewed;
  await approve(reviewed, reviewed);
  await pass(240_000);
  await say("/retry on Windows, too");
  await pass(60_000);
  const again = await task(id);
  expect(again).toMatchObject({ status: "in_review", result: { attempt: 2 }, earlierPulls: [{ number }] });
  expect(again.notes?.map(({ text }) => text)).toEqual(["on Windows, too"]);
  expect(await forge.issue(id)).toMatchObject({ state: "open" });
});
