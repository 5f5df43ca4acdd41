import { noUsage, orchError } from "@orch/core";
import { expect, test } from "vitest";

import { change, commit } from "./scene-facts.ts";
import { openScene, type Scene } from "./scene.ts";

/** Sessions that are gone once they were released, as the real ones are. */
function forgetful(scene: Scene): { readonly released: Set<string> } {
  const released = new Set<string>();
  const { probe, wait } = scene.deps.sessions;
  Object.assign(scene.deps.sessions, {
    probe: async (id: string) => (released.has(id) ? { state: "absent" } : probe(id as never)),
    wait: async (id: string, signal: AbortSignal) => {
      if (released.has(id)) throw orchError("session_unknown", `no session ${id}`);
      return wait(id as never, signal);
    },
    release: async (id: string) => void released.add(id),
  });
  return { released };
}

test("what was concluded before a crash stands, also when the agent's session is gone by then", async () => {
  const scene = await openScene();
  const { released } = forgetful(scene);
  const first = await scene.run();
  expect(first).toMatchObject({ verdict: { kind: "pass" }, result: { commit } });
  const started = [...scene.started];
  expect([...released].some((id) => id.includes("-agent-"))).toBe(true);
  expect(await scene.run()).toEqual(first);
  expect(scene.started).toEqual(started);
});

test("a verdict with its lesson survives the same way", async () => {
  const scene = await openScene();
  forgetful(scene);
  scene.collected = change({ strays: ["other"] });
  const first = await scene.run();
  expect(first).toMatchObject({
    verdict: { reason: "wrong_branch" },
    attempt: { lesson: expect.any(String) as string },
  });
  expect(await scene.run()).toEqual(first);
});

test("the agent's session is kept until the journal knows what it came to", async () => {
  const scene = await openScene();
  const { released } = forgetful(scene);
  let commits = 0;
  scene.beforeCommit = () => void (commits += 1);
  await scene.run();
  const other = await openScene();
  const kept = forgetful(other);
  let left = commits - 1;
  other.beforeCommit = () => {
    left -= 1;
    if (left < 0) throw orchError("store_failed", "crash");
  };
  await expect(other.run()).rejects.toMatchObject({ code: "store_failed" });
  expect([...kept.released].some((id) => id.includes("-agent-"))).toBe(false);
  other.beforeCommit = undefined;
  expect(await other.run()).toMatchObject({ verdict: { kind: "pass" } });
  expect(released.size).toBe(kept.released.size);
});

test("a secret in a name that an agent chose reaches nobody", async () => {
  const scene = await openScene();
  scene.conclusion = { usage: noUsage };
  const file = { path: "SECRET.txt", change: "added", added: 1, deleted: 0, binary: false } as const;
  scene.collected = change({ strays: ["SECRET-branch"], diff: { files: [file], added: 1, deleted: 0 } });
  expect(JSON.stringify(await scene.run())).not.toContain("SECRET");
  expect(JSON.stringify(await scene.store.steps(scene.attempt()))).not.toContain("SECRET");
  expect([...scene.files.values()].join("\n")).not.toContain("SECRET");
});

test("nothing that a session may write holds its own records", async () => {
  const scene = await openScene();
  scene.settings = { checks: [{ name: "test", run: ["test"], timeoutMs: 1_000 }] };
  const { start } = scene.deps.sessions;
  const seen: string[] = [];
  Object.assign(scene.deps.sessions, {
    start: async (spec: Parameters<typeof start>[0]) => {
      seen.push(spec.purpose);
      expect(spec.sandbox.write.filter((path) => `${spec.folder}/`.startsWith(`${path}/`))).toEqual([]);
      return start(spec);
    },
  });
  await scene.run();
  expect(new Set(seen)).toEqual(new Set(["agent", "git", "check"]));
});

test("names that an agent chose do not make a lesson endless", async () => {
  const scene = await openScene();
  scene.collected = change({ strays: Array.from({ length: 200 }, (_, index) => `${index}${"x".repeat(1_000)}`) });
  const outcome = await scene.run();
  const lesson = outcome.kind === "finished" ? outcome.attempt.lesson : undefined;
  expect(lesson?.length).toBeLessThan(1_000);
  expect(lesson).toContain("and 195 more");
});
