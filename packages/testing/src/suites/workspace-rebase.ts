import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { parseBranchName, unwrap, type CommitSha, type PreparedClone, type RebaseResult } from "@orch/core";
import { describe, expect, it } from "vitest";

import { repositoryAt } from "../git-repository.ts";
import type { WorkspaceScene } from "./workspace-bench.ts";
import type { SceneOf } from "./workspace-outcomes.ts";
import { keptSomewhere } from "./workspace-poison.ts";

const base = unwrap(parseBranchName("main"));
const LINES = "one\ntwo\nthree\nfour\nfive\n";

/** The contract of `rebase`. */
export function describeRebase(name: string, sceneOf: SceneOf): void {
  describe(`${name}: rebase`, () => {
    it("makes each commit anew on top of the newest base, with its words, and the next clone begins there", async () => {
      const scene = await sceneOf({ "a.txt": LINES });
      const { user, workspace, project, branch, work, prepare } = scene;
      const clone = await prepare();
      await work(clone, { "b.txt": "b" });
      await repositoryAt(clone.path).git(
        "commit",
        "--quiet",
        "--amend",
        "--author=Ann <ann@example.org>",
        "-m",
        "feat: b\n\nWhy.",
      );
      await work(clone, { "a.txt": LINES.replace("one", "1") });
      const commit = await collect(scene, clone);
      const theirs = await user.commit("theirs", { "a.txt": LINES.replace("five", "5") });
      const result = await workspace.rebase({ project, branch, base, commit });
      expect(result).toMatchObject({ kind: "rebased", onto: theirs, moved: true });
      // Asked again after a crash, it comes to the very same.
      expect(await workspace.rebase({ project, branch, base, commit })).toEqual(result);
      const next = await prepare(2);
      expect(next).toMatchObject({ headCommit: commitOf(result), baseCommit: theirs, reused: false });
      const git = repositoryAt(next.path);
      expect(await git.git("log", "--format=%an %s", `${theirs}..HEAD`)).toMatch(/work\nAnn feat: b$/);
      expect(await git.git("log", "-1", "--format=%b", "HEAD~1")).toBe("Why.");
      expect(await readFile(join(next.path, "a.txt"), "utf8")).toBe(LINES.replace("one", "1").replace("five", "5"));
      expect(await git.git("status", "--porcelain")).toBe("");
      expect(await workspace.rebase({ project, branch, base, commit: commitOf(result) })).toMatchObject({
        moved: false,
      });
    });

    it("is published in the place of the old commits, and never in the place of somebody else's", async () => {
      const scene = await sceneOf();
      const { user, workspace, project, branch, collected } = scene;
      const { commit } = await collected({ "b.txt": "b" });
      await workspace.publish({ project, branch, commit });
      await user.commit("theirs", { "t.txt": "t" });
      const rebased = commitOf(await workspace.rebase({ project, branch, base, commit }));
      expect(await workspace.publish({ project, branch, commit: rebased })).toEqual({ kind: "published", moved: true });
      await user.git("checkout", "-q", branch);
      const pushed = await user.commit("by a person", { "p.txt": "p" });
      await user.git("checkout", "-q", "main");
      await user.commit("theirs again", { "t.txt": "u" });
      const again = commitOf(await workspace.rebase({ project, branch, base, commit: rebased }));
      expect(await workspace.publish({ project, branch, commit: again })).toMatchObject({
        kind: "refused",
        reason: "branch_taken",
      });
      expect(await user.git("rev-parse", branch)).toBe(pushed);
    });

    it("names the files of a conflict, and leaves the clone as it is", async () => {
      const scene = await sceneOf({ "a.txt": "a\n", "c d.txt": "c\n" });
      const { user, workspace, project, branch, collected, prepare } = scene;
      const { commit } = await collected({ "a.txt": "ours\n", "c d.txt": "ours\n", "b.txt": "b" });
      await user.commit("theirs", { "a.txt": "theirs\n", "c d.txt": "theirs\n" });
      expect(await workspace.rebase({ project, branch, base, commit })).toEqual({
        kind: "conflict",
        base,
        files: ["a.txt", "c d.txt"],
      });
      expect(await prepare(2)).toMatchObject({ headCommit: commit, reused: true });
    });

    it("takes the base in by a merge where commits can't be made anew one by one", async () => {
      const scene = await sceneOf({ "a.txt": "a\n" });
      const { user, workspace, project, branch, prepare, work } = scene;
      const clone = await prepare();
      // There and back: each commit conflicts with the base, and both together do not.
      await work(clone, { "a.txt": "there\n", "b.txt": "b" });
      await work(clone, { "a.txt": "a\n" });
      const commit = await collect(scene, clone);
      const theirs = await user.commit("theirs", { "a.txt": "theirs\n" });
      const merged = commitOf(await workspace.rebase({ project, branch, base, commit }));
      const next = await prepare(2);
      expect(next.headCommit).toBe(merged);
      expect(await repositoryAt(next.path).git("log", "-1", "--format=%P", "HEAD")).toBe(`${commit} ${theirs}`);
      expect(await readFile(join(next.path, "a.txt"), "utf8")).toBe("theirs\n");
    });

    it("keeps what was only in the clone", async () => {
      const scene = await sceneOf();
      const { user, workspace, project, branch, collected, home } = scene;
      const { clone, commit } = await collected({ "b.txt": "b" });
      await repositoryAt(clone.path).write({ "loose.txt": "precious words" });
      await user.commit("theirs", { "t.txt": "t" });
      await workspace.rebase({ project, branch, base, commit });
      expect(await keptSomewhere(home, "precious words")).toBe(true);
    });
  });
}

async function collect({ workspace, project }: WorkspaceScene, clone: PreparedClone): Promise<CommitSha> {
  const result = await workspace.collect({ project, clone });
  if (result.kind === "refused") throw new Error(result.detail);
  return result.commit;
}

function commitOf(result: RebaseResult): CommitSha {
  if (result.kind === "conflict") throw new Error(`conflicts in ${result.files.join(", ")}`);
  return result.commit;
}
