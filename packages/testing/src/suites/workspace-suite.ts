import { access, readFile, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isOrchError, parseBranchName, parseProjectId, unwrap, type PreparedClone, type Workspace } from "@orch/core";
import { describe, expect, it } from "vitest";

import { gitRepository, repositoryAt } from "../git-repository.ts";
import { tempFolder } from "../temp-folder.ts";
import { describeAround } from "./workspace-around.ts";
import { attemptRef, projectOf, sceneTask, workspaceScene, type WorkspaceScene } from "./workspace-bench.ts";
import { describeCautions } from "./workspace-cautions.ts";
import { describeCommands, describeInspection } from "./workspace-gate.ts";
import { describePublication, describeRemoval } from "./workspace-outcomes.ts";
import { keptSomewhere, poison, trap } from "./workspace-poison.ts";
import { describeRebase } from "./workspace-rebase.ts";

/** How an implementation takes part in the suite. */
export interface WorkspaceBench {
  /** A workspace below `home`, which does not exist yet. The redactor has to know GitHub tokens. */
  make(home: string): Workspace | Promise<Workspace>;
}

/** The contract of the `Workspace` port. */
export function describeWorkspace(name: string, bench: WorkspaceBench): void {
  const sceneOf = (files?: Readonly<Record<string, string>> | null): Promise<WorkspaceScene> =>
    workspaceScene((home) => bench.make(home), files);

  describe(`${name}: prepare`, () => {
    it("makes a clone on the task's branch at the newest base", async () => {
      const { user, prepare, branch } = await sceneOf();
      const newest = await user.commit("second", { "a.txt": "a" });
      const clone = await prepare();
      expect(clone).toMatchObject({ branch, base: "main", baseCommit: newest, headCommit: newest, reused: false });
      const git = repositoryAt(clone.path);
      expect(await git.git("symbolic-ref", "HEAD")).toBe(`refs/heads/${branch}`);
      expect(await git.git("status", "--porcelain")).toBe("");
      expect(await git.git("rev-parse", "origin/main")).toBe(newest);
      expect(await readFile(join(clone.path, "a.txt"), "utf8")).toBe("a");
    });

    it("leaves the user's repository as it is", async () => {
      const { user, prepare } = await sceneOf();
      const before = await user.git("for-each-ref");
      await prepare();
      expect(await user.git("for-each-ref")).toBe(before);
      expect(await user.git("status", "--porcelain")).toBe("");
    });

    it("takes an existing clone up again, with what the agent left in it", async () => {
      const { prepare, work } = await sceneOf();
      const first = await prepare();
      const commit = await work(first, { "b.txt": "b" });
      await writeFile(join(first.path, "loose.txt"), "not committed");
      const again = await prepare(2);
      expect(again).toMatchObject({ path: first.path, reused: true, headCommit: commit });
      expect(await readFile(join(again.path, "loose.txt"), "utf8")).toBe("not committed");
    });

    it("starts afresh from a newer base when the branch has nothing of its own", async () => {
      const { user, prepare } = await sceneOf();
      await prepare();
      const newest = await user.commit("second", { "a.txt": "a" });
      expect(await prepare(2)).toMatchObject({ headCommit: newest, baseCommit: newest, reused: false });
    });

    it("goes on from the last collected commit when the clone is gone", async () => {
      const { prepare, collected, workspace, project, branch } = await sceneOf();
      const { commit } = await collected({ "b.txt": "b" });
      await workspace.remove({ project, task: sceneTask, branch });
      expect(await prepare(2)).toMatchObject({ headCommit: commit, reused: false });
    });

    it.each([true, false])(
      "begins at the base what was merged as another commit (its clone is gone: %s)",
      async (gone) => {
        const { user, collected, workspace, project, branch, work, home } = await sceneOf();
        const { commit: landed } = await collected({ "b.txt": "first draft" });
        await user.commit("squashed", { "b.txt": "merged" });
        const newest = await user.commit("later", { "later.txt": "l" });
        if (gone) await workspace.remove({ project, task: sceneTask, branch });
        const again = await workspace.prepare({ project, branch, attempt: attemptRef(2), landed });
        expect(again).toMatchObject({ headCommit: newest, baseCommit: newest, reused: false });
        await work(again, { "c.txt": "c" });
        const result = await workspace.collect({ project, clone: again });
        expect(await keptSomewhere(home, "first draft")).toBe(true);
        const third = await workspace.prepare({ project, branch, attempt: attemptRef(3), landed });
        expect(result).toMatchObject({ kind: "collected", commit: third.headCommit, commits: 1 });
        expect(third.reused).toBe(true);
      },
    );

    it.each([
      ["a missing HEAD", (path: string) => rm(join(path, ".git/HEAD"))],
      ["another branch checked out", (path: string) => repositoryAt(path).git("checkout", "-q", "-b", "other")],
      ["no .git", (path: string) => rm(join(path, ".git"), { recursive: true })],
      ["a missing object store", (path: string) => rm(join(path, ".git/objects"), { recursive: true })],
    ])("makes a clone with %s anew and loses nothing", async (_what, harm) => {
      const { prepare, collected, home } = await sceneOf();
      const { clone, commit } = await collected({ "b.txt": "b" });
      await writeFile(join(clone.path, "loose.txt"), "precious words");
      await harm(clone.path);
      const again = await prepare(2);
      expect(again).toMatchObject({ headCommit: commit, reused: false });
      expect(await repositoryAt(again.path).git("status", "--porcelain")).toBe("");
      expect(await keptSomewhere(home, "precious words")).toBe(true);
    });

    it("serves several tasks of one project at once", async () => {
      const { workspace, project } = await sceneOf();
      const branches = [1, 2, 3, 4].map((number) => unwrap(parseBranchName(`task/${number}`)));
      const clones = await Promise.all(
        branches.map((branch) => workspace.prepare({ project, attempt: attemptRef(1), branch })),
      );
      expect(new Set(clones.map(({ path }) => path)).size).toBe(4);
    });

    it("gives branches with slashes and other cases folders of their own", async () => {
      const { workspace, project, home } = await sceneOf();
      const names = ["feature/x", "feature-x", "Feature-x", "a.b/c_d"];
      const paths = [];
      for (const text of names) {
        const clone = await workspace.prepare({
          project,
          attempt: attemptRef(1),
          branch: unwrap(parseBranchName(text)),
        });
        paths.push(clone.path.toLowerCase());
        expect(clone.path.startsWith(home)).toBe(true);
      }
      expect(new Set(paths).size).toBe(names.length);
    });

    it("starts from another base when asked, and says when it is missing", async () => {
      const { user, workspace, project, branch } = await sceneOf();
      await user.git("branch", "release");
      const clone = await workspace.prepare({
        project,
        attempt: attemptRef(1),
        branch,
        base: unwrap(parseBranchName("release")),
      });
      expect(clone.base).toBe("release");
      const missing = workspace.prepare({
        project,
        attempt: attemptRef(1),
        branch,
        base: unwrap(parseBranchName("absent")),
      });
      expect(await codeOf(missing)).toBe("git_failed");
    });

    it("works with a bare source, a detached HEAD and a linked work tree", async () => {
      const { user, workspace, branch } = await sceneOf();
      const [bare, linked] = [join(await tempFolder(), "bare.git"), join(await tempFolder(), "linked")];
      await user.git("clone", "--quiet", "--bare", user.path, bare);
      await user.git("worktree", "add", "--quiet", linked, "-b", "side");
      await user.git("checkout", "--quiet", "--detach");
      const at = (source: string, id: string): Promise<PreparedClone> =>
        workspace.prepare({
          project: projectOf(source, { id: unwrap(parseProjectId(id)) }),
          attempt: attemptRef(1),
          branch,
        });
      expect((await at(bare, "acme/bare")).base).toBe("main");
      expect((await at(user.path, "acme/detached")).base).toBe("main");
      expect((await at(linked, "acme/linked")).base).toBe("side");
    });

    it("says when there is no repository or no commit", async () => {
      const { workspace, branch } = await sceneOf();
      const at = (source: string): Promise<PreparedClone> =>
        workspace.prepare({ project: projectOf(source), attempt: attemptRef(1), branch });
      expect(await codeOf(at(await tempFolder()))).toBe("not_a_repository");
      expect(await codeOf(at("relative/path"))).toBe("not_a_repository");
      expect(await codeOf(at((await gitRepository(null)).path))).toBe("repository_empty");
    });
  });

  describe(`${name}: collect`, () => {
    it("brings the commit, its tree and the size of the change", async () => {
      const { prepare, work, workspace, project } = await sceneOf({
        "a.txt": "1\n2\n",
        "gone.txt": "x\n",
        "old name.txt": "same\nsame\nsame\n",
      });
      const clone = await prepare();
      const git = repositoryAt(clone.path);
      await git.git("rm", "-q", "gone.txt");
      await git.git("mv", "old name.txt", "neu\u00e4\n.txt");
      const commit = await work(clone, { "a.txt": "1\n3\n4\n", "\u65e5\u672c.txt": "x", bin: "\0\0" });
      const result = await workspace.collect({ project, clone });
      expect(result).toMatchObject({
        kind: "collected",
        commit,
        tree: await git.git("rev-parse", "HEAD^{tree}"),
        commits: 1,
        strays: [],
      });
      expect(result.kind === "collected" ? sorted(result.diff.files) : []).toEqual([
        { path: "a.txt", change: "modified", added: 2, deleted: 1, binary: false },
        { path: "bin", change: "added", added: 0, deleted: 0, binary: true },
        { path: "gone.txt", change: "deleted", added: 0, deleted: 1, binary: false },
        { path: "neu\u00e4\n.txt", change: "renamed", added: 0, deleted: 0, binary: false },
        { path: "\u65e5\u672c.txt", change: "added", added: 1, deleted: 0, binary: false },
      ]);
      expect(await workspace.collect({ project, clone })).toEqual(result);
    });

    it("collects nothing as nothing", async () => {
      const { prepare, workspace, project } = await sceneOf();
      const clone = await prepare();
      expect(await workspace.collect({ project, clone })).toMatchObject({
        kind: "collected",
        commit: clone.headCommit,
        commits: 0,
      });
    });

    it("keeps the commits of other branches, of a detached HEAD and of the stash, and names them each time", async () => {
      const { prepare, work, workspace, project } = await sceneOf();
      const clone = await prepare();
      await work(clone, { "b.txt": "b" });
      const git = repositoryAt(clone.path);
      await git.git("checkout", "-q", "-b", "stray/one");
      await work(clone, { "c.txt": "c" });
      await git.git("checkout", "-q", clone.branch);
      await git.write({ "b.txt": "stashed" });
      await git.git("-c", "user.name=a", "-c", "user.email=a@b", "stash");
      const result = await workspace.collect({ project, clone });
      expect(result.kind === "collected" && result.strays.toSorted()).toEqual(["stash", "stray/one"]);
      expect(await workspace.collect({ project, clone })).toEqual(result);
    });

    it.each<[string, readonly (readonly string[])[]]>([
      ["left for another branch", [["checkout", "-q", "-b", "other"]]],
      [
        "deleted",
        [
          ["checkout", "-q", "-B", "other"],
          ["branch", "-q", "-D", "gh-task-7-sample"],
        ],
      ],
      ["renamed", [["branch", "-m", "other"]]],
      [
        "replaced by an unrelated history",
        [
          ["checkout", "-q", "--orphan", "x"],
          ["commit", "-qm", "x"],
          ["branch", "-M", "gh-task-7-sample"],
        ],
      ],
    ])("refuses a branch that was %s", async (_what, steps) => {
      const { prepare, work, workspace, project } = await sceneOf();
      const clone = await prepare();
      await work(clone, { "b.txt": "b" });
      for (const step of steps) await repositoryAt(clone.path).git(...step);
      expect(await workspace.collect({ project, clone })).toMatchObject({ kind: "refused", reason: "wrong_branch" });
    });

    it("refuses work that is only on another branch", async () => {
      const { prepare, work, workspace, project } = await sceneOf();
      const clone = await prepare();
      await repositoryAt(clone.path).git("checkout", "-q", "-b", "other");
      await work(clone, { "b.txt": "b" });
      await repositoryAt(clone.path).git("checkout", "-q", clone.branch);
      expect(await workspace.collect({ project, clone })).toMatchObject({ kind: "refused", reason: "wrong_branch" });
    });

    it("takes a rewritten branch, and measures from where it parted", async () => {
      const { user, prepare, work, workspace, project } = await sceneOf();
      const clone = await prepare();
      await work(clone, { "b.txt": "b" });
      await workspace.collect({ project, clone });
      await repositoryAt(clone.path).git("commit", "-q", "--amend", "-m", "again");
      await user.commit("meanwhile", { "m.txt": "m" });
      const again = await prepare(2);
      const result = await workspace.collect({ project, clone: again });
      expect(result).toMatchObject({ kind: "collected", commit: again.headCommit, commits: 1 });
      expect(result.kind === "collected" && result.diff.files.map(({ path }) => path)).toEqual(["b.txt"]);
    });
  });

  describe(`${name}: poisoned clones`, () => {
    it("executes nothing of 30 configuration keys and all hooks", async () => {
      const { prepare, work, workspace, project, branch } = await sceneOf({
        ".gitattributes": "* filter=x diff=x merge=x\n",
        "a.txt": "a\n",
      });
      const marker = join(await tempFolder(), "marker");
      const clone = await prepare();
      const commit = await work(clone, { "a.txt": "b\n" });
      await poison(clone, await trap(await tempFolder(), marker));
      await writeFile(join(clone.path, "a.txt"), "c\n");
      expect(await workspace.collect({ project, clone })).toMatchObject({ kind: "collected", commit });
      await prepare(2);
      await poison(clone, await trap(await tempFolder(), marker));
      await workspace.remove({ project, task: sceneTask, branch });
      await expect(access(marker)).rejects.toThrow();
      // The trap is live: plain git in such a clone falls into it.
      const again = await prepare(3);
      await poison(again, await trap(await tempFolder(), marker));
      await repositoryAt(again.path)
        .git("status")
        .catch(() => undefined);
      await access(marker);
    });

    it.each<[string, (path: string, other: string) => Promise<unknown>]>([
      ["commondir", (path, other) => writeFile(join(path, ".git/commondir"), join(other, ".git"))],
      [
        "alternates of another repository",
        (path, other) => writeFile(join(path, ".git/objects/info/alternates"), join(other, ".git/objects")),
      ],
      ["http-alternates", (path) => writeFile(join(path, ".git/objects/info/http-alternates"), "x")],
      ["a folder replaced by a link", (path, other) => rename(path, `${path}.git`).then(() => symlink(other, path))],
      [
        "a linked .git",
        (path) => rename(join(path, ".git"), `${path}.git`).then(() => symlink(`${path}.git`, join(path, ".git"))),
      ],
      [
        "a .git file",
        (path, other) =>
          rm(join(path, ".git"), { recursive: true }).then(() =>
            writeFile(join(path, ".git"), `gitdir: ${other}/.git`),
          ),
      ],
      [
        "linked objects",
        (path, other) =>
          rm(join(path, ".git/objects/pack"), { recursive: true }).then(() =>
            symlink(join(other, ".git/objects"), join(path, ".git/objects/pack")),
          ),
      ],
      [
        "linked refs",
        (path, other) =>
          rm(join(path, ".git/refs/tags"), { recursive: true, force: true }).then(() =>
            symlink(join(other, ".git/refs/heads"), join(path, ".git/refs/tags")),
          ),
      ],
    ])("refuses %s, and starts afresh without losing the clone", async (_what, harm) => {
      const { prepare, work, workspace, project, home } = await sceneOf();
      const other = await gitRepository({ "other.txt": "other" });
      const clone = await prepare();
      await work(clone, { "b.txt": "only here" });
      await harm(clone.path, other.path);
      expect(await workspace.collect({ project, clone })).toMatchObject({ kind: "refused", reason: "unsafe_tree" });
      expect((await prepare(2)).reused).toBe(false);
      expect(await keptSomewhere(home, "only here")).toBe(true);
    });

    it("disarms by writing files, never through a link", async () => {
      const { prepare, workspace } = await sceneOf();
      const clone = await prepare();
      const victim = join(await tempFolder(), "victim");
      await writeFile(victim, "as it was");
      await poison(clone, "/bin/false");
      for (const file of ["config", "info/exclude", "info/attributes"]) {
        await rm(join(clone.path, ".git", file), { force: true });
        await symlink(victim, join(clone.path, ".git", file));
      }
      await writeFile(join(clone.path, ".git/index.lock"), "");
      await workspace.disarm(clone);
      await workspace.disarm(clone);
      expect(await readFile(victim, "utf8")).toBe("as it was");
      expect(await readdir(join(clone.path, ".git/hooks"))).toEqual([]);
      expect(await repositoryAt(clone.path).git("config", "--local", "--name-only", "--list")).not.toMatch(
        /filter|alias|hook|fsmonitor/i,
      );
      expect(await repositoryAt(clone.path).git("status", "--porcelain")).toBe("");
      await rm(join(clone.path, ".git"), { recursive: true });
      await symlink(join(victim, ".."), join(clone.path, ".git"));
      expect(await codeOf(workspace.disarm(clone))).toBe("git_untrusted");
    });
  });

  describeCommands(name, sceneOf);
  describeInspection(name, sceneOf);
  describeCautions(name, sceneOf);
  describePublication(name, sceneOf);
  describeRebase(name, sceneOf);
  describeRemoval(name, sceneOf);
  describeAround(name, sceneOf);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isOrchError(error)) return error.code;
    throw error;
  }
  return "none";
}

function sorted<Item extends { readonly path: string }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
