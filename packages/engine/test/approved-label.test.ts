import { defaultLabelNames, type ForgeRole, type Task, type TaskId } from "@orch/core";
import { createMemoryForge, PEOPLE, sampleForge } from "@orch/testing";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { expect, test } from "vitest";

import { takeIssue } from "../src/forge/take-issue.ts";
import { openScene, project } from "./scene.ts";

const { reviewer, stranger } = PEOPLE;
const approved = defaultLabelNames.approved;
const opted = defaultLabelNames.orchestrate;

/** A stranger's issue, opted in, on a forge whose clock goes on with every move. */
async function openSite(over: { readonly mode?: "label" | "manual" } = {}) {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const intake = { ...sampleForge.intake, mode: over.mode ?? ("label" as const) };
  const configured = { ...own, forge: { ...sampleForge, intake } };
  const projects = { get: () => configured, list: () => [configured] };
  const deps = { ...scene.deps, projects, forges: { of: () => forge, key: new Uint8Array(32) } };
  const id: TaskId = await forge.people.openIssue({ title: "Door", body: "text 0", labels: [opted], as: stranger });
  const tick = (): Promise<void> => scene.clock.advance(1000);
  const look = async (): Promise<void> => {
    await tick();
    const issue = await forge.issue(id);
    if (issue !== undefined) await takeIssue(deps, { forge, issue });
    await tick();
  };
  const label = async (as: string): Promise<void> => {
    await tick();
    await forge.people.editIssue({ id, labels: [opted], as });
    await forge.people.editIssue({ id, labels: [opted, approved], as });
    await tick();
  };
  const edit = async (body: string, as: string): Promise<void> => {
    await tick();
    await forge.people.editIssue({ id, body, as });
    await tick();
  };
  const task = (): Promise<Task | undefined> => scene.store.task({ project, id });
  const said = async (): Promise<readonly string[]> => (await forge.comments(Number(id))).map(({ body }) => body);
  return { forge, id, look, label, edit, task, said, store: scene.store };
}

test.each<[ForgeRole, boolean]>([
  ["admin", true],
  ["write", true],
  ["triage", false],
  ["none", false],
])("the label of approvals, put by somebody with the role %s, lets a stranger's issue in: %s", async (role, lets) => {
  const { forge, look, label, task, said } = await openSite();
  await look();
  await forge.people.giveRole({ login: reviewer, role: "write" });
  await label(reviewer);
  // What counts is what they may at the moment of the look.
  await forge.people.giveRole({ login: reviewer, role });
  await look();
  await look();
  if (lets) expect(await task()).toMatchObject({ trust: "reviewed", body: "text 0" });
  else expect(await task()).toBeUndefined();
  expect(await said(), "whatever happens, one comment at most").toHaveLength(1);
});

test("a program's label and a label of orch's own are nobody's approval", async () => {
  const { forge, id, look, label, task } = await openSite();
  await forge.people.giveRole({ login: "helper[bot]", role: "write" });
  await label("helper[bot]");
  await look();
  await forge.setLabels({ id, add: [], remove: [approved] });
  await forge.setLabels({ id, add: [approved], remove: [] });
  await look();
  expect(await task()).toBeUndefined();
});

test("an outsider's edit after the label voids it until somebody approves again; a writer's does not", async () => {
  const { look, label, edit, task } = await openSite();
  await label(reviewer);
  await edit("text of eve", stranger);
  await look();
  expect(await task()).toBeUndefined();
  await label(reviewer);
  await look();
  expect(await task()).toMatchObject({ trust: "reviewed", body: "text of eve" });
  await edit("text of rita", reviewer);
  await look();
  expect(await task()).toMatchObject({ body: "text of rita" });
  await edit("worse", stranger);
  await look();
  expect(await task()).toMatchObject({ body: "text of rita" });
});

test("a text that changes between two answers of the forge is not approved by the label", async () => {
  const { forge, id, label, task, look } = await openSite();
  await label(reviewer);
  const { history } = forge;
  Object.assign(forge, {
    // The edit is there, and the past that is told does not know of it yet.
    history: async (of: TaskId) => ({ ...(await history(of)), body: "text before", edits: [] }),
  });
  await look();
  expect(await task()).toBeUndefined();
  Object.assign(forge, { history });
  await look();
  expect(await task()).toMatchObject({ id, trust: "reviewed" });
});

test("in the mode that asks for a person's word the label is one; a label that is off again is none", async () => {
  const asked = await openSite({ mode: "manual" });
  await asked.look();
  expect(await asked.task()).toBeUndefined();
  await asked.label(reviewer);
  await asked.forge.people.editIssue({ id: asked.id, labels: [opted], as: stranger });
  await asked.look();
  expect(await asked.task()).toBeUndefined();
  await asked.label(reviewer);
  await asked.look();
  expect(await asked.task()).toMatchObject({ trust: "reviewed" });
});

test("300 interleavings of labels and edits never make a task of words that nobody approved", async () => {
  const moves = ["eve edits", "rita edits", "rita labels", "tom labels", "orch looks"] as const;
  let taken = 0;
  await assert(
    asyncProperty(array(constantFrom(...moves), { maxLength: 20 }), async (made) => {
      const { forge, look, label, edit, task } = await openSite();
      await forge.people.giveRole({ login: "tom", role: "triage" });
      let body = "text 0";
      let number = 0;
      const good = new Set<string>();
      for (const move of made) {
        number += 1;
        if (move === "eve edits") await edit((body = `eve ${number}`), stranger);
        if (move === "rita edits") {
          const isGood = good.has(body);
          await edit((body = `${body}, rita ${number}`), reviewer);
          if (isGood) good.add(body);
        }
        if (move === "rita labels") good.add(body);
        if (move === "rita labels") await label(reviewer);
        if (move === "tom labels") await label("tom");
        if (move === "orch looks") await look();
        const known = await task();
        if (known !== undefined) expect(good).toContain(known.body);
      }
      await label(reviewer);
      await look();
      expect((await task())?.body).toBe(body);
      taken += 1;
    }),
    { numRuns: 300 },
  );
  expect(taken).toBe(300);
});
