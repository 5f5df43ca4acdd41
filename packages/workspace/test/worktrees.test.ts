import { existsSync } from "node:fs";
import { mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseBranchName, parseProjectId, parseTaskId, silentLogger, systemClock, unwrap } from "@orch/core";
import { createRedactor } from "@orch/security";
import { gitRepository, projectOf, tempFolder } from "@orch/testing";
import { describe, expect, it, onTestFinished } from "vitest";

import { createWorkspace, openWorktrees, type Worktrees } from "../src/index.ts";

const branch = unwrap(parseBranchName("gh-task-7-sample"));
const attempt = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("7")), attempt: 1 };

function workspaceAt(home: string, worktrees: Worktrees): ReturnType<typeof createWorkspace> {
  const redactor = createRedactor({ secrets: [] });
  return createWorkspace({ home, worktrees, clock: systemClock, logger: silentLogger, redactor });
}

/** A folder on another disk than the usual temporary ones, where this machine has one. */
async function otherDisk(): Promise<string> {
  if (!existsSync("/dev/shm")) return tempFolder("clones");
  const folder = await mkdtemp("/dev/shm/orch-clones-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("clones in another folder than the usual one", () => {
  it("keeps a clone that can't be trusted in the trash, also on another disk", async () => {
    const [user, home, base] = [await gitRepository(), await tempFolder(), await otherDisk()];
    const project = projectOf(user.path);
    const workspace = workspaceAt(home, await openWorktrees({ home, base, earlier: [] }));
    const clone = await workspace.prepare({ project, attempt, branch });
    expect(clone.path).toBe(join(base, "acme", "app", branch));
    await rm(join(clone.path, ".git"), { recursive: true });
    await symlink(user.path, join(clone.path, ".git"));
    await writeFile(join(clone.path, "work.txt"), "work");
    const { kept = "" } = await workspace.remove({ project, branch, task: attempt });
    expect(existsSync(clone.path)).toBe(false);
    const trash = /whole clone is in (.+)\.$/.exec(kept)?.[1] ?? "";
    expect(await readdir(trash)).toContain("work.txt");
  });

  it("goes on with a clone where it is, makes a new one in the new folder, and removes both", async () => {
    const [user, home] = [await gitRepository(), await tempFolder()];
    const [first, second] = [await tempFolder("first"), await tempFolder("second")];
    const project = projectOf(user.path);
    const before = await openWorktrees({ home, base: first, earlier: [] });
    const old = await workspaceAt(home, before).prepare({ project, attempt, branch });
    const now = workspaceAt(home, await openWorktrees({ home, base: second, earlier: [before.base] }));
    expect(await now.prepare({ project, attempt, branch })).toMatchObject({ path: old.path, reused: true });
    await now.disarm(old);
    await now.remove({ project, branch, task: attempt });
    expect(existsSync(old.path)).toBe(false);
    const fresh = await now.prepare({ project, attempt, branch });
    expect(fresh.path).toBe(join(await realpath(second), "acme", "app", branch));
    await expect(now.disarm({ ...fresh, path: join(second, "..", "elsewhere") })).rejects.toMatchObject({
      code: "path_escape",
    });
  });
});
