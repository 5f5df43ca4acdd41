import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { createSurroundings } from "./surroundings.ts";
import { toolFolders } from "./tool-folders.ts";

test("a session gets no relative program folder, no secret and no home but its own", () => {
  const all = {
    PATH: "/usr/bin:.::bin:/bin",
    HOME: "/home/me",
    GITHUB_TOKEN: "t",
    MY_API_KEY: "k",
    LANG: "C",
    OTHER: "x",
  };
  const path = ["/usr/bin", "/bin"];
  const { environment, hidden } = createSurroundings({ all, home: "/home/me/.orch", userHome: "/home/me", path });
  expect(environment({ home: "/own", set: { TASK_ID: "int-1" } })).toEqual({
    PATH: "/usr/bin:/bin",
    LANG: "C",
    TASK_ID: "int-1",
    HOME: "/own",
  });
  expect(hidden).toEqual(
    expect.arrayContaining(["/root", "/home", "/Users", "/home/me/.orch", "/home/me/.ssh", "/home/me/.npmrc"]),
  );
});

test("what a tool in somebody's home needs stays readable, and the home does not", async () => {
  const shared = await tempFolder("homes");
  const userHome = join(shared, "me");
  for (const folder of [".nvm/v24/bin", ".local/bin", ".local/share/tool/1.2/bin", "bin", ".pyenv/shims"]) {
    await mkdir(join(userHome, folder), { recursive: true });
  }
  await writeFile(join(userHome, ".local/share/tool/1.2/bin/tool"), "");
  await symlink(join(userHome, ".local/share/tool/1.2/bin/tool"), join(userHome, ".local/bin/tool"));
  const homes = { own: [userHome], shared: [shared] };
  const opened = (folder: string): readonly string[] =>
    toolFolders(join(userHome, folder), homes).map((path) => path.slice(userHome.length + 1));
  expect(opened(".nvm/v24/bin")).toEqual([".nvm/v24/bin", ".nvm/v24"]);
  expect(opened(".pyenv/shims")).toEqual([".pyenv/shims", ".pyenv"]);
  expect(opened("bin")).toEqual(["bin"]);
  expect(opened(".local/bin")).toEqual([".local/bin", ".local/share/tool/1.2"]);
  const modules = join(userHome, ".local/lib/node_modules");
  await mkdir(join(modules, "@some/adapter/dist"), { recursive: true });
  await writeFile(join(modules, "@some/adapter/dist/index.js"), "");
  await symlink(join(modules, "@some/adapter/dist/index.js"), join(userHome, ".local/bin/adapter"));
  expect(opened(".local/bin")).toContain(".local/lib/node_modules");
  expect(toolFolders("/usr/bin", homes)).toEqual(["/usr/bin"]);
  expect(toolFolders(join(userHome, "missing"), homes)).toEqual([join(userHome, "missing")]);
});
