import { parseAgentName, unwrap, type AgentName, type TaskId } from "@orch/core";
import { expect, test } from "vitest";

import { openForgeScene, type ForgeScene } from "./forge-scene.ts";

const ALL = ["ann", "ben", "cleo"].map((name) => unwrap(parseAgentName(name)));

/** An issue with these labels whose first result is in review. */
async function opened(
  agents: readonly AgentName[],
  labels: readonly string[] = [],
): Promise<ForgeScene & { readonly id: TaskId; readonly say: (body: string) => Promise<void> }> {
  const scene = await openForgeScene({ agents });
  const id = await scene.forge.people.openIssue({ title: "Fix it", labels: ["orchestrate", ...labels] });
  await scene.pass(60_000);
  const say = async (body: string): Promise<void> => {
    await scene.forge.people.comment({ thread: Number(id), body });
    await scene.pass(60_000);
  };
  return { ...scene, id, say };
}

async function workersOf({ scene, task, id }: Awaited<ReturnType<typeof opened>>): Promise<readonly string[]> {
  return (await scene.store.attempts(await task(id))).map(({ assignment }) => assignment.agent);
}

test("/reroute without a name has anybody else do it, each time", async () => {
  const site = await opened(ALL);
  for (let round = 0; round < 6; round += 1) await site.say("/reroute");
  const workers = await workersOf(site);
  expect(workers).toHaveLength(7);
  expect(workers.filter((name, index) => name === workers[index - 1])).toEqual([]);
});

test("where there is nobody else, the same one does it again", async () => {
  const site = await opened(ALL.slice(0, 1));
  await site.say("/reroute");
  expect(await workersOf(site)).toEqual(["ann", "ann"]);
});

test.each([
  ["/reroute", undefined],
  ["/reroute cleo", "cleo"],
])("%s takes a person's label off, for good", async (command, pinned) => {
  const site = await opened(ALL, ["agent:ben", "docs"]);
  const { forge, id, pass, say, task } = site;
  expect(await workersOf(site)).toEqual(["ben"]);
  await say(command);
  await pass(120_000);
  const labels = (await forge.issue(id))?.labels ?? [];
  expect(labels).toContain("docs");
  expect(labels).not.toContain("agent:ben");
  // A look at labels that changed since brings nothing back.
  await forge.people.editIssue({ id, labels: [...labels, "priority:high"] });
  await pass(60_000);
  const [, other] = await workersOf(site);
  expect(other).not.toBe("ben");
  expect(other).toBe(pinned ?? other);
  expect((await task(id)).pins.agent).toBe(pinned);
});
