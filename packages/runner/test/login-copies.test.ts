import { noUsage, type LogFields } from "@orch/core";
import { expect, test } from "vitest";

import { openScene, type Scene } from "./scene.ts";

/** A run whose agent was given the copy of a login, and what it does with it. */
async function runWith(moves: (scene: Scene) => void): Promise<{ scene: Scene; warned: readonly LogFields[] }> {
  const scene = await openScene();
  const warned: LogFields[] = [];
  const warn = (fields: LogFields): void => void warned.push(fields);
  const search = async (text: string) => (text.includes("SECRET") ? [{ rule: "known-secret", start: 0, end: 6 }] : []);
  Object.assign(scene.deps, {
    logger: { ...scene.deps.logger, warn },
    redactor: { ...scene.deps.redactor, search },
  });
  scene.conclusion = { usage: noUsage, failure: { class: "rate_limit", message: "429" } };
  scene.files.set("1/agent/auth.json", "SECRET");
  scene.onStart = async () => moves(scene);
  await scene.run();
  return { scene, warned };
}

function move({ files }: Scene, to: string): void {
  const copy = files.get("1/agent/auth.json");
  // Other sessions of the attempt come afterwards.
  if (copy === undefined) return;
  files.set(to, copy);
  files.delete("1/agent/auth.json");
}

test("the copy of a login goes from its place, and nobody is warned", async () => {
  const { scene, warned } = await runWith(() => undefined);
  expect(scene.files.get("1/agent/auth.json")).toBe("removed");
  expect(warned).toEqual([]);
});

test.each(["1/agent/hidden/auth.json", "1/agent/hidden/notes.txt"])(
  "it goes from %s, where it was moved",
  async (to) => {
    const { scene, warned } = await runWith((open) => move(open, to));
    expect(scene.files.get(to)).toBe("removed");
    expect(warned).toEqual([]);
  },
);

test("one that is nowhere is told in the log", async () => {
  const { warned } = await runWith(({ files }) => void files.delete("1/agent/auth.json"));
  expect(warned).toMatchObject([{ files: ["auth.json"] }]);
});
