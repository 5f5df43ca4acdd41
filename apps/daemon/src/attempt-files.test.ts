import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { internalTaskId, parseProjectId, unwrap } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { beforeEach, expect, test } from "vitest";

import { createAttemptFiles } from "./attempt-files.ts";

const ref = { project: unwrap(parseProjectId("acme/app")), id: internalTaskId(1), attempt: 1 };
const login = "agent/codex-home/auth.json";
const place = { person: "", folder: "", files: createAttemptFiles("") };

beforeEach(async () => {
  const home = await tempFolder();
  place.person = join(home, "person");
  await mkdir(place.person);
  await writeFile(join(place.person, "auth.json"), "mine");
  place.files = createAttemptFiles(join(home, "orch"));
  place.folder = await place.files.folder(ref);
  await place.files.write(ref, { name: login, text: "copy" });
});

test("removes the copy of a login, again too", async () => {
  await place.files.remove(ref, login);
  await place.files.remove(ref, login);
  expect(await readdir(join(place.folder, "agent/codex-home"))).toEqual([]);
});

test("never removes through a link that an agent put in a folder's place", async () => {
  await rm(join(place.folder, "agent/codex-home"), { recursive: true });
  await symlink(place.person, join(place.folder, "agent/codex-home"));
  await place.files.remove(ref, login);
  expect(await readFile(join(place.person, "auth.json"), "utf8")).toBe("mine");
});

test("sweeps the copy of a login from wherever it was moved in the agent's folder", async () => {
  const moved = join(place.folder, "agent/elsewhere");
  await rename(join(place.folder, "agent/codex-home"), moved);
  await symlink(place.person, join(place.folder, "agent/codex-home"));
  await writeFile(join(moved, "notes"), "copy of it");
  const what = { folder: "agent", names: ["auth.json"] };
  expect(await place.files.sweep(ref, what)).toBe(1);
  expect(await readdir(moved)).toEqual(["notes"]);
  expect(await place.files.sweep(ref, { ...what, holds: async (text) => text.includes("copy") })).toBe(1);
  expect(await readFile(join(place.person, "auth.json"), "utf8")).toBe("mine");
});

test("is not stopped by what an agent put in a file's place", async () => {
  await rm(join(place.folder, login));
  await mkdir(join(place.folder, login, "more"), { recursive: true });
  await place.files.remove(ref, login);
  await rm(join(place.folder, "agent/codex-home"), { recursive: true });
  await writeFile(join(place.folder, "agent/codex-home"), "no folder");
  await place.files.remove(ref, login);
  await place.files.remove(ref, "absent/auth.json");
});

test("never writes through a link that was put where the draft is made", async () => {
  await symlink(join(place.person, "auth.json"), join(place.folder, "agent/readme.txt.part"));
  await place.files.write(ref, { name: "agent/readme.txt", text: "hello" });
  expect(await readFile(join(place.person, "auth.json"), "utf8")).toBe("mine");
  expect(await place.files.read(ref, { name: "agent/readme.txt", maxBytes: 10 })).toBe("hello");
});

test("writes a task's own file beside its attempts, and reads the end of a long one", async () => {
  await place.files.writeForTask(ref, { name: "sidecar.json", text: "{}" });
  expect(await readFile(join(place.folder, "../../sidecar.json"), "utf8")).toBe("{}");
  await place.files.write(ref, { name: "session/stderr.txt", text: "one two" });
  expect(await place.files.tail(ref, { name: "session/stderr.txt", bytes: 3 })).toBe("two");
  expect(await place.files.tail(ref, { name: "session/none.txt", bytes: 3 })).toBeUndefined();
});
