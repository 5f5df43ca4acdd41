import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { Member } from "../workspace.ts";
import { runExample } from "./stranger.ts";

function memberWith(readme: string): Member {
  return { folder: "packages/sample", manifest: { name: "@orch/sample" }, sources: [], readme };
}

async function emptyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "orch-stranger-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("an example runs and gives what it printed", async () => {
  const project = await emptyProject();
  const readme = "# @orch/sample\n\n```ts\nconst sum: number = 1 + 2;\nconsole.log(sum);\n```\n";
  expect(await runExample(project, memberWith(readme))).toBe("3\n");
});

test("an example that does not run is a failure, and so is a README without one", async () => {
  const project = await emptyProject();
  const broken = '```ts\nimport { gone } from "@orch/gone";\ngone();\n```\n';
  await expect(runExample(project, memberWith(broken))).rejects.toThrow("@orch/gone");
  await expect(runExample(project, memberWith("# nothing"))).rejects.toThrow("no TypeScript example");
});
