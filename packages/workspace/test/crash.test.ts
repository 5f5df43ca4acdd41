import { spawn } from "node:child_process";
import { access, mkdir, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  isOrchError,
  parseBranchName,
  parseProjectId,
  parseTaskId,
  silentLogger,
  systemClock,
  unwrap,
  type Workspace,
} from "@orch/core";
import { createRedactor } from "@orch/security";
import { gitRepository, projectOf, repositoryAt, runInClone, tempFolder, waitFor } from "@orch/testing";
import { describe, expect, it } from "vitest";

import { createWorkspace } from "../src/index.ts";

const branch = unwrap(parseBranchName("gh-task-7-sample"));
const task = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("7")) };
const attempt = { ...task, attempt: 1 };

function workspaceAt(home: string, gitPath = "git"): Workspace {
  return createWorkspace({
    home,
    gitPath,
    clock: systemClock,
    logger: silentLogger,
    redactor: createRedactor({ secrets: [] }),
  });
}

describe("workspace after a crash", () => {
  it("prepares, collects, publishes and removes in spite of what dead processes left", async () => {
    const user = await gitRepository();
    const project = projectOf(user.path);
    const home = await tempFolder();
    const clones = join(home, "worktrees/acme/app");
    await mkdir(join(home, "projects/acme/app.git.making/objects"), { recursive: true });
    await mkdir(join(clones, `.making-${branch}/.git`), { recursive: true });
    const clone = await workspaceAt(home).prepare({ project, attempt, branch });
    await mkdir(join(home, `projects/acme/app.tmp/view-${branch}/objects`), { recursive: true });
    const commit = await repositoryAt(clone.path).commit("work", { "a.txt": "a" });
    await repositoryAt(join(home, "projects/acme/app.git")).git(
      "update-ref",
      `refs/orch/incoming/${branch}`,
      clone.baseCommit,
    );
    const collected = await workspaceAt(home).collect({ project, clone });
    expect(collected).toMatchObject({ kind: "collected", commit });
    await mkdir(join(clones, `.removing-${branch}/left`), { recursive: true });
    expect((await workspaceAt(home).remove({ project, task, branch })).removed).toBe(true);
    expect(await readdir(clones)).toEqual([]);
    expect(await readdir(join(home, "projects/acme/app.tmp"))).toEqual([]);
  });

  it("tidies, verifies and prepares again in spite of the locks of a git that was killed in the clone", async () => {
    const user = await gitRepository();
    const project = projectOf(user.path);
    const workspace = workspaceAt(await tempFolder());
    const clone = await workspace.prepare({ project, attempt, branch });
    const git = join(clone.path, ".git");
    const leaveLocks = async (): Promise<void> => {
      const names = [
        "index.lock",
        "HEAD.lock",
        `refs/heads/${branch}.lock`,
        "orch-verify-index",
        "orch-verify-index.lock",
      ];
      for (const name of names) await writeFile(join(git, name), "");
    };
    await writeFile(join(clone.path, "a.txt"), "a");
    await leaveLocks();
    for (const command of workspace.tidyCommands({ project, clone, message: "work" })) {
      expect(await runInClone(clone, command)).toEqual({ code: 0, text: "" });
    }
    const commit = await collectedCommit(workspace, { project, clone });
    await leaveLocks();
    expect(await runInClone(clone, workspace.verifyCommand({ clone, commit }))).toMatchObject({ code: 0 });
    await leaveLocks();
    await workspace.prepare({ project, attempt: { ...task, attempt: 2 }, branch });
    await repositoryAt(clone.path).commit("more", { "b.txt": "b" });
    expect((await readdir(git)).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("knows its own branch after a crash between push and record", async () => {
    const user = await gitRepository();
    const project = projectOf(user.path);
    const home = await tempFolder();
    const workspace = workspaceAt(home);
    const clone = await workspace.prepare({ project, attempt, branch });
    await repositoryAt(clone.path).commit("work", { "a.txt": "a" });
    const first = await collectedCommit(workspace, { project, clone });
    await workspace.publish({ project, branch, commit: first });
    await repositoryAt(join(home, "projects/acme/app.git")).git("update-ref", "-d", `refs/orch/published/${branch}`);
    await repositoryAt(clone.path).git("commit", "-q", "--amend", "-m", "rewritten");
    const second = await collectedCommit(workspace, { project, clone });
    expect(await workspaceAt(home).publish({ project, branch, commit: second })).toEqual({
      kind: "published",
      moved: true,
    });
  });

  it("waits for nothing for ever: a lock of a dead process is cleared for the next try", async () => {
    const user = await gitRepository();
    const project = projectOf(user.path);
    const home = await tempFolder();
    const workspace = workspaceAt(home);
    await workspace.prepare({ project, attempt, branch });
    await user.commit("more", { "b.txt": "b" });
    const lock = join(home, "projects/acme/app.git/refs/orch/base/main.lock");
    await writeFile(lock, "");
    const old = (systemClock.now() - 3_600_000) / 1000;
    await utimes(lock, old, old);
    const first = await workspace
      .prepare({ project, attempt, branch })
      .catch((error: unknown) => isOrchError(error, "git_failed"));
    expect(first).toBe(true);
    await expect(access(lock)).rejects.toThrow();
    expect((await workspace.prepare({ project, attempt, branch })).base).toBe("main");
  }, 30_000);

  it("survives kill -9 at random moments of prepare", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`d${index % 9}/f${index}.txt`, `${index}\n`]),
    );
    const user = await gitRepository(files);
    const home = await tempFolder();
    for (const round of [1, 2, 3, 4, 5, 6]) {
      const script = join(import.meta.dirname, "fixtures/prepare-main.ts");
      const child = spawn(process.execPath, [script, home, user.path, branch], {
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await waitFor("progress", () => hasEntries(home, round), 10_000);
      child.kill("SIGKILL");
      await ended;
      const clone = await workspaceAt(home).prepare({ project: projectOf(user.path), attempt, branch });
      expect(await repositoryAt(clone.path).git("status", "--porcelain")).toBe("");
      expect(await repositoryAt(clone.path).git("fsck", "--connectivity-only")).toBe("");
      await rm(home, { recursive: true });
    }
  }, 60_000);

  it("says when git is missing", async () => {
    const user = await gitRepository();
    const absent = workspaceAt(await tempFolder(), "no-such-git").prepare({
      project: projectOf(user.path),
      attempt,
      branch,
    });
    expect(await absent.catch((error: unknown) => isOrchError(error, "tool_missing"))).toBe(true);
  });
});

describe("workspace on unusual repositories", () => {
  it("works on a shallow clone and on SHA-256", async () => {
    const origin = await gitRepository();
    await origin.commit("second", { "b.txt": "b" });
    const [shallow, sha256] = [join(await tempFolder(), "shallow"), repositoryAt(await tempFolder())];
    await origin.git("clone", "--quiet", "--depth=1", `file://${origin.path}`, shallow);
    await sha256.git("init", "--quiet", "--object-format=sha256", "--initial-branch=trunk");
    await sha256.git("config", "user.name", "t");
    await sha256.git("config", "user.email", "t@example.com");
    await sha256.commit("first", { "a.txt": "a" });
    for (const source of [shallow, sha256.path]) {
      const project = projectOf(source);
      const workspace = workspaceAt(await tempFolder());
      const clone = await workspace.prepare({ project, attempt, branch });
      await repositoryAt(clone.path).commit("work", { "n.txt": "n" });
      const commit = await collectedCommit(workspace, { project, clone });
      expect(await workspace.inspect({ project, base: clone.baseCommit, commit })).toEqual({
        findings: [],
        cautions: [],
      });
      expect(await workspace.publish({ project, branch, commit })).toEqual({ kind: "published", moved: true });
      await workspace.disarm(clone);
      expect(await workspace.merge({ project, into: clone.base, commit, branch, message: "m" })).toMatchObject({
        moved: true,
      });
      expect(await workspace.remove({ project, task, branch })).toEqual({ removed: true });
    }
  });

  it("prints what a clone of 2,000 files costs", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`d${index % 50}/f${index}.txt`, `${index}\n`.repeat(50)]),
    );
    const user = await gitRepository(files);
    const project = projectOf(user.path);
    const workspace = workspaceAt(await tempFolder());
    const times: Record<string, number> = {};
    const timed = async <Value>(name: string, work: Promise<Value>): Promise<Value> => {
      const start = systemClock.monotonic();
      const value = await work;
      times[name] = Math.round(systemClock.monotonic() - start);
      return value;
    };
    const clone = await timed("prepare", workspace.prepare({ project, attempt, branch }));
    await repositoryAt(clone.path).commit("work", { "n.txt": "n" });
    await timed("collect", workspace.collect({ project, clone }));
    await timed("prepare again", workspace.prepare({ project, attempt, branch }));
    const second = unwrap(parseBranchName("second"));
    await timed("prepare another", workspace.prepare({ project, attempt, branch: second }));
    await timed("remove", workspace.remove({ project, task, branch }));
    process.stdout.write(`2,000 files, milliseconds: ${JSON.stringify(times)}\n`);
    expect(await readFile(join(user.path, "d0/f0.txt"), "utf8")).toContain("0\n");
  });
});

async function collectedCommit(
  workspace: Workspace,
  request: Parameters<Workspace["collect"]>[0],
): Promise<Extract<Awaited<ReturnType<Workspace["collect"]>>, { kind: "collected" }>["commit"]> {
  const result = await workspace.collect(request);
  return unwrap(result.kind === "collected" ? { ok: true, value: result.commit } : { ok: false, error: result });
}

/** Later and later moments: the home, the bare repository, the clone that is being made, the clone. */
async function hasEntries(home: string, round: number): Promise<boolean> {
  const marks = [
    "git-home",
    "projects/acme/app.git/HEAD",
    "projects/acme/app.git/refs/orch",
    "worktrees/acme/app",
    `worktrees/acme/app/.making-${branch}/.git/config`,
    `worktrees/acme/app/${branch}`,
  ];
  const mark = marks[round - 1] ?? "git-home";
  return access(join(home, mark)).then(
    () => true,
    () =>
      access(join(home, `worktrees/acme/app/${branch}`)).then(
        () => true,
        () => false,
      ),
  );
}
