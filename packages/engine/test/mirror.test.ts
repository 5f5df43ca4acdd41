import { parseTaskId, unwrap, type AgentEvent, type SessionEvent, type Task } from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { expect, test } from "vitest";

import { create } from "../src/inbox.ts";
import { isMirrored, mirroredUpTo, mirrorEvents } from "../src/index.ts";
import { openScene, project, spec } from "./scene.ts";

/** A task of issue #1 in a project that mirrors what `mirror` says. */
async function openSite(mirror: "none" | "milestones" | "all") {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const configured = { ...own, forge: { ...sampleForge, mirror } };
  const projects = { get: () => configured, list: () => [configured] };
  const deps = { ...scene.deps, projects, forges: { of: () => forge, key: new Uint8Array(32) } };
  const id = await forge.people.openIssue({ title: "Fix it" });
  const task = unwrap(await create(deps, { project, id, actor: "test", spec }));
  const put = (events: readonly SessionEvent[], of: Task = task): Promise<number> =>
    mirrorEvents(deps, { task: of, attempt: 1, events });
  const said = async (): Promise<readonly string[]> =>
    (await forge.comments(Number(id))).map(({ body }) => body.split("\n").slice(1).join("\n"));
  const upTo = (): Promise<number> => mirroredUpTo(scene.store, { project, id, attempt: 1 });
  return { deps, forge, task, put, said, upTo };
}

function events(...list: readonly AgentEvent[]): readonly SessionEvent[] {
  return list.map((event, index) => ({ seq: index + 1, at: 0, kind: "agent", event }));
}

const talk = events(
  { type: "session:ready" },
  { type: "text", text: "I look around." },
  { type: "reasoning", text: "hm" },
  { type: "text", text: "I am @done." },
);

test("what an agent says becomes one comment per moment, each message once, and names nobody", async () => {
  const { put, said, upTo } = await openSite("all");
  expect(await put(talk.slice(0, 2))).toBe(2);
  expect(await put(talk)).toBe(4);
  expect(await put(talk)).toBe(4);
  expect(await upTo()).toBe(4);
  const [first, second, ...more] = await said();
  expect([first, more]).toEqual(["The agent has started.\n\nI look around.", []]);
  expect(second).toContain("done.");
  expect(second).not.toContain("@done");
});

test("milestones leave out what it says, none says nothing, and a task without an issue has no place for it", async () => {
  const some = await openSite("milestones");
  await some.put(talk);
  expect(await some.said()).toEqual(["The agent has started."]);
  const none = await openSite("none");
  expect([isMirrored(none.deps, none.task), isMirrored(some.deps, some.task)]).toEqual([false, true]);
  await none.put(talk);
  expect(await none.said()).toEqual([]);
  const local: Task = { ...some.task, id: unwrap(parseTaskId("int-9")) };
  expect([isMirrored(some.deps, local), await some.put(talk, local)]).toEqual([false, 4]);
});

test("a comment whose answer was lost is the same comment afterwards, whatever came meanwhile", async () => {
  const { forge, put, said, upTo } = await openSite("all");
  forge.failNext({ code: "forge_unreachable", when: "after", method: "putComment" });
  await expect(put(talk.slice(0, 2))).rejects.toMatchObject({ code: "forge_unreachable" });
  expect(await upTo()).toBe(0);
  expect(await put(talk.slice(0, 1)), "not all of it is there again").toBe(0);
  expect(await put(talk)).toBe(2);
  expect(await put(talk)).toBe(4);
  const [first, second, ...more] = await said();
  expect([first, more]).toEqual(["The agent has started.\n\nI look around.", []]);
  expect(second).toContain("done.");
});

test("what does not fit into a comment is in the next one", async () => {
  const { put, said } = await openSite("all");
  const long = events(...["a", "b", "c"].map((letter) => ({ type: "text", text: letter.repeat(14_000) }) as const));
  expect(await put(long)).toBe(2);
  expect(await put(long)).toBe(3);
  expect((await said()).map((text) => text.length)).toEqual([28_002, 14_000]);
});
