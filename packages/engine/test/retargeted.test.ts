import { parseBranchName, unwrap } from "@orch/core";
import { sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { approve, openReviewed } from "./forge-scene.ts";

const release = unwrap(parseBranchName("release"));
const main = unwrap(parseBranchName("main"));

test("a pull request that goes into another branch is not merged, and goes on when it is put back", async () => {
  const reviewed = await openReviewed();
  const { alter, forge, id, number, pass, task } = reviewed;
  await forge.people.push({ branch: release, files: { "r.txt": "r" } });
  alter(number, { base: release });
  await approve(reviewed, reviewed);
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "needs_review", reason: "retargeted", result: { base: "main" } });
  expect(forge.state.pulls.get(number)).toMatchObject({ state: "open" });
  expect((await forge.comments(Number(id))).some(({ body }) => body.includes("goes into release"))).toBe(true);
  alter(number, { base: main });
  await pass(300_000);
  expect(await task(id)).toMatchObject({ status: "done", outcome: { kind: "merged", result: { base: "main" } } });
});

test("what a person makes a draft after an approval waits until it is ready again", async () => {
  const reviewed = await openReviewed();
  const { alter, forge, head, id, number, pass, task } = reviewed;
  await forge.people.review({ number, decision: "approve", body: "" });
  await forge.people.report({ commit: head, name: "ci", state: "pending", kind: "check" });
  await pass(60_000);
  alter(number, { draft: true });
  await forge.people.report({ commit: head, name: "ci", state: "passing", kind: "check" });
  await pass(600_000);
  expect(await task(id)).toMatchObject({ status: "in_review", seen: { draft: true, quiet: true } });
  expect(forge.calls).not.toContain("markReady");
  alter(number, { draft: false });
  await pass(60_000);
  expect(await task(id)).toMatchObject({ status: "done" });
});

test("a draft of orch's own is made ready by an approval, unless people made it a draft once more", async () => {
  const settings = { ...sampleForge, pull: { ...sampleForge.pull, draft: true } };
  for (const again of [false, true]) {
    const reviewed = await openReviewed({ settings });
    const { alter, forge, id, number, pass, task } = reviewed;
    expect(await task(id)).toMatchObject({ pull: { draft: true }, seen: { draft: true } });
    if (again) {
      alter(number, { draft: false });
      await pass(60_000);
      alter(number, { draft: true });
    }
    await approve(reviewed, reviewed);
    await pass(300_000);
    expect((await task(id)).status).toBe(again ? "in_review" : "done");
    expect(forge.calls.includes("markReady")).toBe(!again);
  }
});
