/** Packages that an agent installs run nothing of their own: with the real npm. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { openScene } from "./scene.ts";

const run = promisify(execFile);

/** Installs a package that would leave a mark; whether it did. */
async function infects(env: Readonly<Record<string, string>>): Promise<boolean> {
  const folder = await tempFolder("worm");
  const mark = join(folder, "mark");
  await mkdir(join(folder, "worm"));
  const leave = `node -e "require('fs').writeFileSync(process.env.MARK, '')"`;
  const worm = { name: "worm", version: "1.0.0", scripts: { postinstall: leave } };
  await writeFile(join(folder, "worm", "package.json"), JSON.stringify(worm));
  await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies: { worm: "file:./worm" } }));
  await run("npm", ["install", "--install-links", "--offline", "--no-audit", "--no-fund"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, MARK: mark, ...env },
  });
  expect(existsSync(join(folder, "node_modules", "worm", "package.json"))).toBe(true);
  return existsSync(mark);
}

test("what an agent installs runs no script of its own, unless the agent's own settings say so", async () => {
  const scene = await openScene();
  await scene.run();
  const { env } = scene.launched[0] ?? { env: {} };
  expect(env).toMatchObject({ YARN_ENABLE_SCRIPTS: "false", ORCH_BRANCH: expect.any(String) as string });
  expect([await infects(env), await infects({})]).toEqual([false, true]);
  const robot = { driver: "robot", command: ["agent"], args: [], options: {} };
  scene.settings = { agents: { robot: { ...robot, env: { npm_config_ignore_scripts: "false" } } } };
  await scene.run(2);
  expect(scene.launched[1]?.env).toMatchObject({ npm_config_ignore_scripts: "false" });
});
