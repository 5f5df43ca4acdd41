import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { openOrchBench } from "./orch-bench.ts";

test("init --github writes what issues need, once, and says what an existing file lacks", async () => {
  await using bench = await openOrchBench({});
  const { repository } = bench;
  expect(await bench.failure(["init", "--github"])).toMatchObject({ exit: 2, code: "usage" });
  await repository.git("remote", "add", "origin", "git@github.com:octo/sample.git");
  const first = await bench.result("init", ["--github"]);
  expect(first).toMatchObject({ project: "octo/sample", github: "octo/sample", created: true });
  const form = join(repository.path, ".github/ISSUE_TEMPLATE/orch.yml");
  expect(first.form).toBe(form);
  expect(await readFile(form, "utf8")).toContain("label: Acceptance");
  expect(await readFile(first.config, "utf8")).toContain('gh: { repo: "octo/sample", enabled: true }');

  const again = await bench.result("init", ["--github"]);
  expect(again).toMatchObject({ created: false, github: "octo/sample" });
  expect([again.form, again.missing]).toEqual([undefined, undefined]);
  await repository.write({ ".orch.yml": "checks: []\n" });
  const told = await bench.orch(["init", "--github"]);
  expect(told.out).toContain('gh: { repo: "octo/sample", enabled: true }');
  expect(told.out).toContain("give an issue of octo/sample the label orchestrate");
});
