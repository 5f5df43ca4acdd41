/** A login of a form that orch does not know is given to no run, until the person says so. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { filesWith } from "./files-with.ts";
import { openOrchBench } from "./orch-bench.ts";

const FAKE = join(import.meta.dirname, "../../../packages/agents/test/fixtures/fake-codex.mjs");
const SECRET = "word-of-a-form-of-tomorrow";

test("says what to do, and that the agent holds its login afterwards", { timeout: 120_000 }, async () => {
  const home = await tempFolder("login");
  await writeFile(join(home, "auth.json"), JSON.stringify({ vault: { entry: SECRET } }));
  const codex = { driver: "codex", command: [process.execPath, FAKE], home, env: { FAKE_CODEX: "works" } };
  await using bench = await openOrchBench({ config: { agents: { codex } } });
  const refused = await bench.orch(["run", "Greet"]);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("has a form that orch does not know");
  expect(refused.out).toContain("login: copied");
  expect(await filesWith(bench.root, SECRET)).toEqual([]);

  const path = join(bench.home, "config.yml");
  const config = await readFile(path, "utf8");
  // It was written anew: the project is in it now.
  await writeFile(path, config.replace(/"?driver"?: ?"?codex"?/, '$&, "login": "copied"'));
  const ran = await bench.orch(["run", "Greet again"]);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.out).toContain("holds its own credential");
  expect((await bench.orch(["task", "get", "int-2"])).out).toContain("holds its own credential");
  const { attempts } = await bench.result("task get", ["int-2"]);
  expect(attempts.at(-1)?.confinement).toMatchObject({ credentials: "held" });
  expect(await filesWith(bench.root, SECRET)).toEqual([]);
});
