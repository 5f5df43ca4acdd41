import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { sweepFiles, type SweepRequest } from "./index.ts";

test("removes files by name and by what they hold, wherever they lie, and nothing through a link", async () => {
  const top = await tempFolder();
  const person = join(top, "person");
  await mkdir(join(top, "agent/moved/deep"), { recursive: true });
  await mkdir(person);
  for (const path of ["agent/moved/deep/auth.json", "agent/moved/renamed", "person/auth.json"]) {
    await writeFile(join(top, path), "the token");
  }
  await writeFile(join(top, "agent/moved/other"), "words");
  await writeFile(join(top, "agent/moved/large"), "the token and more");
  await symlink(person, join(top, "agent/link"));
  await symlink(join(person, "auth.json"), join(top, "agent/moved/auth.json"));
  const request: SweepRequest = {
    from: { root: top, relative: "agent" },
    names: new Set(["auth.json"]),
    maxBytes: 10,
    maxEntries: 100,
  };
  expect(await sweepFiles(request)).toBe(1);
  const holds = async (text: string): Promise<boolean> => text.includes("token");
  expect(await sweepFiles({ ...request, holds })).toBe(1);
  expect((await readdir(join(top, "agent/moved"))).toSorted()).toEqual(["auth.json", "deep", "large", "other"]);
  expect(await readdir(person)).toEqual(["auth.json"]);
  expect(await sweepFiles({ ...request, from: { root: top, relative: "agent/link" } })).toBe(0);
  expect(await sweepFiles({ ...request, from: { root: top, relative: "person" }, maxEntries: 0 })).toBe(0);
});
