import { orchError } from "@orch/core";
import { expect, test } from "vitest";

import { openReviewed } from "./forge-scene.ts";

test("a job that fails while its run goes on runs again at the end of the run, and no agent is asked before", async () => {
  const asked: string[] = [];
  const { forge, head, id, pass, task } = await openReviewed({
    over: (memory) => ({
      async rerunFailed(commit) {
        asked.push(commit);
        return memory.rerunFailed(commit);
      },
    }),
  });
  const fail = (): Promise<number> =>
    forge.people.finishJob({ commit: head, name: "test", conclusion: "failure", log: "it broke" });
  await forge.people.beginJob({ commit: head, name: "slow" });
  await fail();
  await pass(300_000);
  expect(asked).toEqual([]);
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 1 });

  await forge.people.finishJob({ commit: head, name: "slow", conclusion: "success", log: "" });
  await pass(60_000);
  expect(asked).toEqual([head]);
  expect((await forge.checks(head)).state).toBe("pending");
  await fail();
  await pass(120_000);
  expect(asked).toEqual([head]);
  expect(await task(id)).toMatchObject({ lastAttempt: 2, notes: [{ from: "engine" }] });
});

test("a try that the forge did not answer is made again", async () => {
  let unlucky = 1;
  const { forge, head, id, pass, task } = await openReviewed({
    over: (memory) => ({
      async rerunFailed(commit) {
        unlucky -= 1;
        if (unlucky >= 0) throw orchError("forge_unreachable", "no answer");
        return memory.rerunFailed(commit);
      },
    }),
  });
  await forge.people.finishJob({ commit: head, name: "test", conclusion: "failure", log: "it broke" });
  await pass(90_000);
  expect((await forge.checks(head)).state).toBe("pending");
  expect(await task(id)).toMatchObject({ status: "in_review", lastAttempt: 1 });
});
