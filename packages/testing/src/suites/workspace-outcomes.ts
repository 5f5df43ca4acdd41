import { access, chmod, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseBranchName, unwrap } from "@orch/core";
import { describe, expect, it } from "vitest";

import { repositoryAt } from "../git-repository.ts";
import { tempFolder } from "../temp-folder.ts";
import { sceneTask, type WorkspaceScene } from "./workspace-bench.ts";
import { HOOKS, keptSomewhere, trap } from "./workspace-poison.ts";

/** Makes a fresh scene. */
export type SceneOf = (files?: Readonly<Record<string, string>> | null) => Promise<WorkspaceScene>;

/** The contract of `publish`, `merge` and of what reads commits. */
export function describePublication(name: string, sceneOf: SceneOf): void {
  describe(`${name}: publish`, () => {
    it("creates the branch, then finds it, then moves it also after a rewrite", async () => {
      const { user, collected, prepare, work, workspace, project, branch } = await sceneOf();
      const { clone, commit } = await collected({ "b.txt": "b" });
      expect(await workspace.publish({ project, branch, commit })).toEqual({ kind: "published", moved: true });
      expect(await workspace.publish({ project, branch, commit })).toEqual({ kind: "published", moved: false });
      await repositoryAt(clone.path).git("reset", "-q", "--hard", "origin/main");
      await work(clone, { "other.txt": "o" });
      const again = await workspace.collect({ project, clone: await prepare(2) });
      const next = again.kind === "collected" ? again.commit : commit;
      expect(await workspace.publish({ project, branch, commit: next })).toEqual({ kind: "published", moved: true });
      expect(await user.git("rev-parse", branch)).toBe(next);
      expect(await user.git("status", "--porcelain")).toBe("");
    });

    it("never overwrites what somebody else put there, nor a checked-out branch", async () => {
      const { user, collected, workspace, project, branch } = await sceneOf();
      const { commit } = await collected({ "b.txt": "b" });
      await user.git("checkout", "-q", "-b", branch);
      expect(await workspace.publish({ project, branch, commit })).toMatchObject({
        kind: "refused",
        reason: "branch_taken",
      });
      const theirs = await user.commit("theirs", { "t.txt": "t" });
      await user.git("checkout", "-q", "main");
      expect(await workspace.publish({ project, branch, commit })).toMatchObject({
        kind: "refused",
        reason: "branch_taken",
      });
      expect(await user.git("rev-parse", branch)).toBe(theirs);
    });

    it("runs no hook of the user's repository", async () => {
      const { user, collected, workspace, project, branch } = await sceneOf();
      const marker = join(await tempFolder(), "marker");
      const program = await trap(await tempFolder(), marker);
      for (const hook of HOOKS) await symlink(program, join(user.path, ".git/hooks", hook));
      const { commit } = await collected({ "b.txt": "b" });
      await workspace.publish({ project, branch, commit });
      await workspace.merge({ project, into: unwrap(parseBranchName("main")), commit, branch, message: "merge" });
      await expect(access(marker)).rejects.toThrow();
      expect(await user.git("rev-parse", "main")).toBe(commit);
    });
  });

  describe(`${name}: merge`, () => {
    const into = unwrap(parseBranchName("main"));

    it("moves a checked-out branch together with its work tree, once", async () => {
      const { user, collected, workspace, project, branch } = await sceneOf();
      const { commit } = await collected({ "b.txt": "b" });
      const request = { project, into, commit, branch, message: "Merge it" };
      expect(await workspace.merge(request)).toEqual({ kind: "merged", mergeCommit: commit, moved: true });
      expect(await workspace.merge(request)).toEqual({ kind: "merged", mergeCommit: commit, moved: false });
      expect(await readFile(join(user.path, "b.txt"), "utf8")).toBe("b");
      expect(await user.git("status", "--porcelain")).toBe("");
    });

    it("makes a merge commit where the branch has moved on, checked out or not", async () => {
      for (const elsewhere of [false, true]) {
        const { user, collected, workspace, project, branch } = await sceneOf();
        const { commit } = await collected({ "b.txt": "b" });
        const theirs = await user.commit("theirs", { "t.txt": "t" });
        if (elsewhere) await user.git("checkout", "-q", "-b", "side");
        const request = { project, into, commit, branch, message: "Merge it\n\nbody" };
        const result = await workspace.merge(request);
        expect(result).toMatchObject({ kind: "merged", moved: true });
        expect(await user.git("log", "-1", "--format=%P %s", "main")).toBe(`${theirs} ${commit} Merge it`);
        expect(await user.git("status", "--porcelain")).toBe("");
        expect(await workspace.merge(request)).toEqual({ ...result, moved: false });
      }
    });

    it("never replaces a file that the person's repository ignores", async () => {
      const { user, collected, workspace, project, branch } = await sceneOf({ "a.txt": "a" });
      const before = await user.git("rev-parse", "main");
      const { commit } = await collected({ ".env": "theirs" });
      await user.write({ ".git/info/exclude": ".env\n", ".env": "mine" });
      const request = { project, into, commit, branch, message: "m" };
      expect(await workspace.merge(request)).toMatchObject({ kind: "refused", reason: "merge_refused" });
      expect(await readFile(join(user.path, ".env"), "utf8")).toBe("mine");
      expect(await user.git("rev-parse", "main")).toBe(before);
    });

    it("refuses conflicts, open changes and missing branches, and changes nothing", async () => {
      const { user, collected, workspace, project, branch } = await sceneOf({ "a.txt": "a\n" });
      const { commit } = await collected({ "a.txt": "agent\n" });
      const request = { project, into, commit, branch, message: "m" };
      await user.write({ "a.txt": "open\n" });
      expect(await workspace.merge(request)).toMatchObject({ kind: "refused", reason: "merge_refused" });
      const theirs = await user.commit("theirs");
      expect(await workspace.merge(request)).toMatchObject({
        kind: "refused",
        reason: "merge_conflict",
        detail: expect.stringContaining("a.txt") as string,
      });
      expect(await workspace.merge({ ...request, into: unwrap(parseBranchName("nowhere")) })).toMatchObject({
        reason: "base_missing",
      });
      expect(await user.git("rev-parse", "main")).toBe(theirs);
      expect(await readFile(join(user.path, "a.txt"), "utf8")).toBe("open\n");
    });
  });

  describe(`${name}: reading commits`, () => {
    it("lists and reads files, and shows a range", async () => {
      const { collected, workspace, project } = await sceneOf({ "AGENTS.md": "h\u00f6re\n", "d/x.bin": "\0" });
      const { clone, commit } = await collected({ "d/\u00fc.txt": "neu\n" });
      await symlink("/etc/passwd", join(clone.path, "link"));
      expect(await workspace.listFiles({ project, commit, limit: 10 })).toEqual([
        "AGENTS.md",
        "d/x.bin",
        "d/\u00fc.txt",
      ]);
      expect(await workspace.listFiles({ project, commit, limit: 1 })).toEqual(["AGENTS.md"]);
      const paths = ["AGENTS.md", "absent.md", "d", "d/x.bin", "../escape", "link"];
      expect(await workspace.readFiles({ project, commit, paths, maxBytes: 100 })).toEqual({
        "AGENTS.md": "h\u00f6re\n",
      });
      expect(await workspace.readFiles({ project, commit, paths, maxBytes: 2 })).toEqual({ "AGENTS.md": "h" });
      const odd = ["./AGENTS.md", "d//\u00fc.txt", "d/./\u00fc.txt"];
      expect(await workspace.readFiles({ project, commit, paths: odd, maxBytes: 100 })).toEqual({
        "./AGENTS.md": "h\u00f6re\n",
        "d//\u00fc.txt": "neu\n",
        "d/./\u00fc.txt": "neu\n",
      });
      const range = { project, base: clone.baseCommit, commit };
      expect(await workspace.diff({ ...range, maxBytes: 10_000 })).toContain("+neu");
      expect((await workspace.diff({ ...range, maxBytes: 20 })).length).toBeLessThanOrEqual(20);
      const log = await workspace.log({ project, commit, limit: 100 });
      expect(log.length).toBeGreaterThanOrEqual(2);
      expect(log.every((line) => /^[0-9a-f]{4,40} \S/.test(line))).toBe(true);
      expect(await workspace.log({ project, commit, limit: 1 })).toEqual(log.slice(0, 1));
    });
  });
}

/** The contract of `remove`. */
export function describeRemoval(name: string, sceneOf: SceneOf): void {
  describe(`${name}: remove`, () => {
    it("removes a clone that holds nothing of its own, and is content when it is gone", async () => {
      const { prepare, workspace, project, branch } = await sceneOf();
      const clone = await prepare();
      const request = { project, task: sceneTask, branch };
      expect(await workspace.remove(request)).toEqual({ removed: true });
      await expect(access(clone.path)).rejects.toThrow();
      expect(await workspace.remove(request)).toEqual({ removed: true });
    });

    it("keeps uncommitted files, unpublished commits and strays, and follows no link", async () => {
      const { prepare, work, workspace, project, branch, home } = await sceneOf({ ".gitignore": "cache/\n" });
      const victim = await tempFolder();
      await writeFile(join(victim, "precious"), "outside words");
      const clone = await prepare();
      await work(clone, { "b.txt": "b" });
      const git = repositoryAt(clone.path);
      await git.git("checkout", "-q", "-b", "stray");
      await work(clone, { "s.txt": "stray words" });
      await git.write({ "loose.txt": "loose words", "cache/junk": "x" });
      await symlink(victim, join(clone.path, "out"));
      await chmod(join(clone.path, "cache"), 0o500);
      const removal = await workspace.remove({ project, task: sceneTask, branch });
      expect(removal).toMatchObject({
        removed: true,
        rescued: expect.stringMatching(/^refs\/orch\/rescue\//) as string,
      });
      for (const words of ["loose words", "stray words"]) expect(await keptSomewhere(home, words)).toBe(true);
      expect(await keptSomewhere(home, "outside words")).toBe(false);
      expect(await readFile(join(victim, "precious"), "utf8")).toBe("outside words");
      await expect(access(clone.path)).rejects.toThrow();
    });

    it("keeps the whole of a clone that holds another repository", async () => {
      const { prepare, workspace, project, branch, home } = await sceneOf();
      const clone = await prepare();
      await repositoryAt(clone.path).git("init", "-q", "inner");
      await writeFile(join(clone.path, "inner/deep.txt"), "inner words");
      const removal = await workspace.remove({ project, task: sceneTask, branch });
      expect(removal).toMatchObject({ removed: true, kept: expect.any(String) as string });
      expect(await keptSomewhere(home, "inner words")).toBe(true);
      await expect(access(clone.path)).rejects.toThrow();
    });
  });
}
