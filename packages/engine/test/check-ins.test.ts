import { defaultLabelNames, verdictOf } from "@orch/core";
import { createMemoryForge, sampleForge } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { createEngine } from "../src/index.ts";
import { openScene, outcomeOf, project, settle } from "./scene.ts";

const MINUTE_MS = 60_000;

/** An engine on a forge in memory, whose only task is at work until `end` is called. */
async function working(...labels: readonly string[]) {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project);
  if (own === undefined) throw new Error("the scene has no project");
  const policy = { ...own.policy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
  const configured = { ...own, policy, forge: sampleForge };
  const projects = { get: () => configured, list: () => [configured] };
  const held = Promise.withResolvers<void>();
  scene.run = async (run) => {
    await held.promise;
    return outcomeOf(run, verdictOf("agent_asked", "What now?"));
  };
  // An hour without a look at the forge: what is shown comes from the task alone.
  const settings = { ...scene.deps.settings, syncMs: 60 * MINUTE_MS };
  const engine = createEngine({
    ...scene.deps,
    settings,
    projects,
    forges: { of: () => forge, key: new Uint8Array(32) },
  });
  onTestFinished(() => engine[Symbol.asyncDispose]());
  const id = await forge.people.openIssue({ title: "Fix it", labels: [defaultLabelNames.orchestrate, ...labels] });
  await engine.start();
  void engine.look({ project, about: "issue", number: Number(id) });
  const calm = async (): Promise<void> => {
    for (let turn = 0; turn < 8; turn += 1) await settle();
  };
  await calm();
  const after = async (minutes: number): Promise<string> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await scene.clock.advance(MINUTE_MS);
      await calm();
    }
    const said = await forge.comments(Number(id));
    expect(said.filter(({ body }) => body.startsWith("<!-- orch:status"))).toHaveLength(1);
    return /Running for \| (.*?) \|/.exec(said[0]?.body ?? "")?.[1] ?? "";
  };
  const edits = (): number => forge.calls.filter((call) => call === "putComment").length;
  return { scene, forge, id, calm, after, edits, end: held.resolve };
}

test("with checkin: the status tells how long an agent is at work while nothing happens, at the label's pace", async () => {
  const { forge, id, after, edits, calm, end } = await working("checkin:10m", "budget:1h");
  expect(await after(9)).toBe("0 s");
  const before = edits();
  expect(await after(1)).toBe("10 min");
  expect((await forge.comments(Number(id)))[0]?.body).toContain("| Time left | 50 min |");
  expect(await after(25)).toBe("30 min");
  expect(edits() - before).toBe(3);
  end();
  await calm();
  expect(await after(1)).toBe("");
  const done = edits();
  await after(30);
  expect(edits(), "what is over is looked at no more").toBe(done);
});

test("without the label nothing is written while nothing happens, and a short pace is a minute's", async () => {
  const plain = await working();
  const before = plain.edits();
  expect(await plain.after(60)).toBe("0 s");
  expect(plain.edits()).toBe(before);
  plain.end();
  const eager = await working("checkin:5s");
  const first = eager.edits();
  expect(await eager.after(5)).toBe("5 min");
  expect(eager.edits() - first).toBe(5);
  eager.end();
});
