import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { createSkills } from "./catalogue.ts";
import { readFrontMatter } from "./front-matter.ts";

async function skill(folder: string, [id, text]: readonly [string, string]): Promise<string> {
  await mkdir(join(folder, id), { recursive: true });
  await writeFile(join(folder, id, "SKILL.md"), text);
  return join(folder, id);
}

describe("createSkills", () => {
  test("finds folders with a SKILL.md, the first of the same id, and their documents", async () => {
    const [one, two] = [await tempFolder("skills"), await tempFolder("skills")];
    await skill(one, ["design", "---\nname: Design\ndescription: >\n  How our\n  pages look\n---\n# Colours\n"]);
    await skill(two, ["design", "another"]);
    await skill(two, ["git", "no front matter"]);
    await mkdir(join(two, "empty"));
    await writeFile(join(two, "file"), "");
    const skills = createSkills({ folders: [one, join(one, "absent"), two] });
    expect(await skills.catalogue()).toEqual([
      { id: "design", name: "Design", description: "How our pages look", folder: join(one, "design") },
      { id: "git", name: "git", description: "", folder: join(two, "git") },
    ]);
    expect(await skills.documents(["git", "absent", "../design"])).toEqual({ git: "no front matter" });
  });

  test("a skill may be linked, its document may not, and none is larger than it should be", async () => {
    const [folder, elsewhere] = [await tempFolder("skills"), await tempFolder("elsewhere")];
    await symlink(await skill(elsewhere, ["linked", "fine"]), join(folder, "linked"));
    await writeFile(join(elsewhere, "secret"), "secret");
    await mkdir(join(folder, "thief"));
    await symlink(join(elsewhere, "secret"), join(folder, "thief", "SKILL.md"));
    await skill(folder, ["huge", "x".repeat(70_000)]);
    await skill(folder, [".hidden", "no id"]);
    const found = await createSkills({ folders: [folder] }).catalogue();
    expect(found.map(({ id }) => id)).toEqual(["linked"]);
  });
});

describe("readFrontMatter", () => {
  test.each([
    ["", {}],
    ["---\nname: [1]\n---\n", {}],
    ["---\nname: 'a\n---\n", {}],
    ["---\nname: A\u001b[31mB\n---\n", { name: "A [31mB" }],
    ["---\r\nname: A\r\ndescription: B\r\n---\r\n", { name: "A", description: "B" }],
    ["---\nname: never ends\n", {}],
  ])("%j", (text, expected) => expect(readFrontMatter(text)).toEqual(expected));
});
