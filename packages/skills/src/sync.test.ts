import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { orchError, silentLogger, systemClock as clock, systemRandom as random } from "@orch/core";
import { gitRepository, tempFolder } from "@orch/testing";
import { createFileFetcher } from "@orch/workspace";
import { expect, test } from "vitest";

import { createSkills } from "./catalogue.ts";
import { folderName, syncSkills } from "./sync.ts";

const redactor = { redact: (text: string) => text, find: () => [], search: async () => [], register: () => undefined };

async function place() {
  const home = await tempFolder("home");
  const fetch = createFileFetcher({
    home,
    searchPath: process.env["PATH"] ?? "",
    clock,
    logger: silentLogger,
    redactor,
  });
  return { folder: await tempFolder("brought"), fetch, random };
}

test("brings the skills of a repository, and those of its next commit", async () => {
  const repository = await gitRepository({
    "skills/design/SKILL.md": "old",
    "skills/gone/SKILL.md": "gone",
    "skills/design/run.sh": "rm -rf /",
    "other/SKILL.md": "not asked for",
  });
  const target = await place();
  const wanted = [{ repo: repository.path, path: "skills" }];
  const [first] = await syncSkills(wanted, target);
  expect(first).toMatchObject({ ok: true, skills: ["design", "gone"] });
  await repository.git("rm", "-rq", "skills/gone");
  await repository.commit("next", { "skills/design/SKILL.md": "new" });
  const [second] = await syncSkills(wanted, target);
  expect(second).toEqual({
    repo: repository.path,
    ok: true,
    commit: await repository.git("rev-parse", "HEAD"),
    skills: ["design"],
  });
  const folder = join(target.folder, folderName({ repo: repository.path, path: "skills" }));
  expect(await readdir(folder, { recursive: true })).toEqual(["design", "design/SKILL.md"]);
  expect(await createSkills({ folders: [folder] }).documents(["design"])).toEqual({ design: "new" });
});

test("a pin is kept to", async () => {
  const repository = await gitRepository({ "a/SKILL.md": "one" });
  await repository.git("tag", "v1");
  await repository.commit("next", { "a/SKILL.md": "two" });
  const target = await place();
  await syncSkills([{ repo: repository.path, pin: "v1" }], target);
  const folder = join(target.folder, folderName({ repo: repository.path }));
  expect(await createSkills({ folders: [folder] }).documents(["a"])).toEqual({ a: "one" });
});

test("one that can't be had keeps what it had, and the others go on", async () => {
  const repository = await gitRepository({ "a/SKILL.md": "one" });
  const target = await place();
  const wanted = [{ repo: "/absent/repository" }, { repo: repository.path }];
  await syncSkills(wanted, target);
  const broken = { ...target, fetch: () => Promise.reject(orchError("git_failed", "no connection")) };
  expect(await syncSkills(wanted, broken)).toEqual(
    wanted.map(({ repo }) => ({ repo, ok: false, why: "no connection" })),
  );
  const folder = join(target.folder, folderName({ repo: repository.path }));
  expect(await createSkills({ folders: [folder] }).documents(["a"])).toEqual({ a: "one" });
});

test.each([
  ["--upload-pack=touch /tmp/x"],
  ["ext::sh -c touch% /tmp/x"],
  ["https://-oProxyCommand=x"],
  ["http://plain.example/x"],
  ["owner"],
])("%s is no repository", async (repo) => {
  const target = await place();
  const [outcome] = await syncSkills([{ repo }], target);
  expect(outcome).toMatchObject({ ok: false, why: expect.stringContaining("neither") as string });
});

test.each(["../x", "/etc", "a/../../b"])("the path %s leads nowhere", async (path) => {
  const [outcome] = await syncSkills([{ repo: "owner/repo", path }], await place());
  expect(outcome).toMatchObject({ ok: false, why: "its path leads out of the repository" });
});
