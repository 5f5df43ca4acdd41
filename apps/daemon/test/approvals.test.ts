import { internalTaskId, isOrchError } from "@orch/core";
import { sampleForge, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { commit, startStandIn } from "./stand-in.ts";

/** A task with a checked result, in a project on a forge whose gate holds back what is not done by the definition. */
async function openGated() {
  const standIn = await startStandIn();
  const { client, folder, project, finish } = standIn;
  Object.assign(project, { forge: { ...sampleForge, pull: { ...sampleForge.pull, gate: "enforce" } } });
  await client.call("task add", { folder, title: "Fix the door" });
  const ref = { project: project.id, id: internalTaskId(1) };
  return { ...standIn, ref, result: () => finish(ref) };
}

test("a token shows what it approves, is kept as a hash alone, and is asked for where there is a result", async () => {
  const { client, folder, store, ref, result } = await openGated();
  const none = await client.call("task request-pr", { folder, task: "int-1" }).catch((error: unknown) => error);
  expect(isOrchError(none, "move_refused")).toBe(true);
  await result();
  const offered = await client.call("task request-pr", { folder, task: "int-1", minutes: 5 });
  expect(offered).toMatchObject({
    commit,
    base: "main",
    branch: "orch/int-1",
    failed: ["missing_contract", "missing_digest"],
    warnings: [],
  });
  expect(offered.token).toMatch(/^(?:[0-9a-f]{4}-){7}[0-9a-f]{4}$/);
  const events = await store.events({ after: 0, limit: 100, task: ref });
  const kept = JSON.stringify([await store.task(ref), events]);
  expect(kept).toContain("approval:offered");
  expect(kept).not.toContain(offered.token.replaceAll("-", ""));
  const task = await store.task(ref);
  expect(task?.tokens?.[0]?.expiresAt).toBe(offered.expiresAt);
});

test("what is not done by the definition is approved only by who says so, with a token", async () => {
  const { client, folder, store, ref, result, move } = await openGated();
  await result();
  const { token } = await client.call("task request-pr", { folder, task: "int-1" });
  const refused = await client.call("task approve", { folder, task: "int-1", token }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "gate_failed",
    exitCode: 4,
    message: expect.stringContaining("missing_contract, missing_digest") as string,
  });
  const without = await client
    .call("task approve", { folder, task: "int-1", bypassGate: true })
    .catch((error: unknown) => error);
  expect(isOrchError(without, "usage")).toBe(true);
  const noToken = await client
    .call("task approve", { folder, task: "int-1", allowExpired: true })
    .catch((error: unknown) => error);
  expect(isOrchError(noToken, "usage")).toBe(true);
  expect(await store.task(ref)).not.toHaveProperty("approval");

  const approved = client.call("task approve", { folder, task: "int-1", token, bypassGate: true, allowExpired: true });
  await waitFor("the approval", async () => {
    const task = await store.task(ref);
    return task?.status === "in_review" && task.approval !== undefined;
  });
  await move(ref, { type: "result:merged", mergeCommit: commit });
  expect((await approved).task).toMatchObject({ status: "done", outcome: "merged" });
  const events = await store.events({ after: 0, limit: 100, task: ref });
  expect(events.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ type: "approval:given", by: "cli:tester", pastGate: true, pastExpiry: true }),
  );
});
