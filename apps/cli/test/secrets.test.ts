/** A key in a change stops its publishing, wherever it stands in it, and nobody is shown the key. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { secretText, tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { filesWith } from "./files-with.ts";
import { fixtureAgent, openOrchBench } from "./orch-bench.ts";

test.each([
  { where: "file", path: "settings.js" },
  { where: "file-for-a-while", path: "settings.js" },
  { where: "message", path: "commit message" },
  { where: "name", path: "[redacted:github-token].txt" },
])("an agent commits a key: $where", { timeout: 120_000 }, async ({ where, path }) => {
  const key = `ghp_${secretText(36)}`;
  const place = join(await tempFolder("key"), "key");
  await writeFile(place, key);
  await using bench = await openOrchBench({
    config: { agents: { leaker: fixtureAgent("leaks", where, place) }, sandbox: { read: [place] } },
  });
  const ran = await bench.orch(["run", "Use the settings"]);
  expect(ran).toMatchObject({ code: 4, err: "" });
  expect(ran.out).toContain("secret_found");
  expect(ran.out).toContain(path);
  const shown = await Promise.all([
    bench.orch(["task", "get", "int-1"]),
    bench.orch(["task", "log", "int-1"]),
    bench.orch(["--json", "task", "get", "int-1"]),
    bench.orch(["task", "list"]),
  ]);
  for (const { out, err } of [ran, ...shown]) expect(out + err).not.toContain(key);
  const { task, attempts } = await bench.result("task get", ["int-1"]);
  expect(task).toMatchObject({ status: "needs_review", reason: "secret_found" });
  expect(attempts.map(({ verdict }) => verdict)).toMatchObject([{ kind: "human", reason: "secret_found" }]);

  // Nothing of it is in the person's repository, and a merge is not to be had.
  expect(await bench.repository.git("branch", "--list", "--format=%(refname:short)")).toBe("main");
  expect(await bench.repository.git("log", "--all", "--format=%s")).toBe("first");
  expect(await bench.failure(["task", "merge", "int-1"])).toMatchObject({ exit: 1 });
  expect(await bench.repository.git("log", "--all", "--format=%s")).toBe("first");

  // The clone is the agent's own; what orch keeps beside it shows no key.
  await rm(join(bench.home, "worktrees"), { recursive: true, force: true });
  expect(await filesWith(bench.root, key)).toEqual([]);
});
