import type { EnvironmentSettings, SessionPurpose } from "@orch/core";
import { expect, test } from "vitest";

import { openScene, type Scene } from "./scene.ts";

const environment: EnvironmentSettings = {
  ports: { base: 20_000, size: 2, last: 20_005 },
  variables: { SITE: "http://localhost:{{port_1}}", TASK_ID: "mine" },
  projectVariables: { THEIRS: "{{db}}", SITE: "theirs" },
};
const hook = { name: "before_run", run: ["hook"], timeoutMs: 1000 };
const check = { name: "test", run: ["test"], timeoutMs: 1000 };

async function openTold(trusted = false): Promise<Scene> {
  const scene = await openScene();
  scene.settings = { environment, trusted, hooks: { beforeRun: hook }, checks: [check] };
  return scene;
}

function environmentsOf(scene: Scene, purpose: SessionPurpose): readonly Readonly<Record<string, string>>[] {
  return scene.specs.filter((spec) => spec.purpose === purpose).map(({ env }) => env);
}

test("hooks and checks get every variable, and what orch itself does with git gets none", async () => {
  const scene = await openTold();
  await scene.run();
  for (const purpose of ["hook", "check"] as const) {
    const [env] = environmentsOf(scene, purpose);
    expect(env).toMatchObject({ ORCH_PORT: "20000", ORCH_PORT_1: "20001", SITE: "theirs", TASK_ID: "int-1" });
    expect(env?.["THEIRS"]).toBe(env?.["ORCH_DB_NAME"]);
  }
  const git = environmentsOf(scene, "git");
  expect(git.length).toBeGreaterThan(1);
  for (const env of git) expect(Object.keys(env)).not.toEqual(expect.arrayContaining(["SITE"]));
  for (const env of git) expect(Object.keys(env)).not.toEqual(expect.arrayContaining(["THEIRS"]));
});

test.each([
  [false, "http://localhost:20001"],
  [true, "theirs"],
])("of a project that is trusted (%s) agents get the repository's own variables", async (trusted, site) => {
  const scene = await openTold(trusted);
  await scene.run();
  expect(scene.launched[0]?.env).toMatchObject({ SITE: site, ORCH_PORT: "20000" });
  expect("THEIRS" in (scene.launched[0]?.env ?? {})).toBe(trusted);
});

test("ports that somebody listens on, or that another task has, are passed over; the next attempt keeps its own", async () => {
  const scene = await openTold();
  const looked: number[] = [];
  const deps = { ...scene.deps, arePortsFree: async ({ first }: { first: number }) => looked.push(first) > 1 };
  Object.assign(scene, { deps });
  await scene.run();
  expect([looked, await scene.store.portLeases()]).toMatchObject([[20_000, 20_002], [{ first: 20_002, count: 2 }]]);
  await scene.run(2);
  expect(looked).toHaveLength(2);
  expect(scene.launched[1]?.env).toMatchObject({ ORCH_PORT: "20002" });
});

test("where no block is free nothing is started, and the attempt is tried again later", async () => {
  const scene = await openTold();
  Object.assign(scene, { deps: { ...scene.deps, arePortsFree: async () => false } });
  const outcome = await scene.run();
  expect(outcome).toMatchObject({ verdict: { kind: "retryable", reason: "infrastructure" } });
  expect(scene.started).toEqual([]);
});
