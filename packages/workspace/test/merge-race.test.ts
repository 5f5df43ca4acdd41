import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  silentLogger,
  systemClock,
  unwrap,
  type Workspace,
} from "@orch/core";
import { createRedactor } from "@orch/security";
import { gitRepository, projectOf, repositoryAt, tempFolder } from "@orch/testing";
import { expect, it } from "vitest";

import { createWorkspace } from "../src/index.ts";

const branch = unwrap(parseBranchName("gh-task-7-sample"));
const into = unwrap(parseBranchName("main"));
const attempt = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("7")), attempt: 1 };

function workspaceAt(home: string, gitPath: string): Workspace {
  const redactor = createRedactor({ secrets: [] });
  return createWorkspace({ home, gitPath, clock: systemClock, logger: silentLogger, redactor });
}

/** A git that lets a person be quicker: before `verb` it runs another command in their repository. */
async function racing(verb: string, person: { readonly path: string; readonly command: string }): Promise<string> {
  const program = join(await tempFolder(), "git");
  const { path, command } = person;
  const text = `#!/bin/sh\nfor word in "$@"; do [ "$word" = ${verb} ] && git -C '${path}' ${command}; done\nexec git "$@"\n`;
  await writeFile(program, text);
  await chmod(program, 0o755);
  return program;
}

it("never takes a merge for done when the person switched to another branch at that moment", async () => {
  const user = await gitRepository();
  const project = projectOf(user.path);
  const home = await tempFolder();
  const calm = workspaceAt(home, "git");
  const clone = await calm.prepare({ project, attempt, branch });
  const commit = unwrap(parseCommitSha(await repositoryAt(clone.path).commit("work", { "b.txt": "b" })));
  await calm.collect({ project, clone });
  const before = await user.git("rev-parse", "main");
  const hasty = workspaceAt(home, await racing("merge", { path: user.path, command: "checkout -q -b side" }));
  const request = { project, into, commit, branch, message: "m" };
  expect(await hasty.merge(request)).toMatchObject({ kind: "refused", reason: "merge_refused" });
  expect(await user.git("rev-parse", "main")).toBe(before);
  expect(await calm.merge(request)).toMatchObject({ kind: "merged", moved: true });
  expect(await user.git("rev-parse", "main")).toBe(commit);
});

it("never moves a branch that the person checks out at that moment, whatever their repository allows", async () => {
  const user = await gitRepository();
  const project = projectOf(user.path);
  const home = await tempFolder();
  await user.git("config", "receive.denyCurrentBranch", "ignore");
  await user.git("checkout", "-q", "-b", "side");
  const calm = workspaceAt(home, "git");
  const clone = await calm.prepare({ project, attempt, branch, base: into });
  const commit = unwrap(parseCommitSha(await repositoryAt(clone.path).commit("work", { "b.txt": "b" })));
  await calm.collect({ project, clone });
  const before = await user.git("rev-parse", "main");
  const hasty = workspaceAt(home, await racing("push", { path: user.path, command: "checkout -q main" }));
  await expect(hasty.merge({ project, into, commit, branch, message: "m" })).rejects.toMatchObject({
    code: "git_failed",
  });
  expect(await user.git("rev-parse", "main")).toBe(before);
  expect(await user.git("status", "--porcelain")).toBe("");
});
