import { access, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { parseCommitSha, unwrap, type Checkouts, type Workspace } from "@orch/core";
import { describe, expect, it } from "vitest";

import { repositoryAt } from "../git-repository.ts";
import { tempFolder } from "../temp-folder.ts";
import { workspaceScene } from "./workspace-bench.ts";

/** How an implementation takes part in the suite. */
export interface CheckoutsBench {
  /** As for `WorkspaceBench`; two of one home stand for two processes, one after the other. */
  make(home: string): Workspace & Checkouts;
}

/** The contract of the `Checkouts` port. */
export function describeCheckouts(name: string, bench: CheckoutsBench): void {
  async function scene(): Promise<Awaited<ReturnType<typeof workspaceScene>> & { readonly checkouts: Checkouts }> {
    const made = await workspaceScene((home) => bench.make(home), { "a.txt": "a\n" });
    return { ...made, checkouts: bench.make(made.home) };
  }

  describe(`${name}: checkouts`, () => {
    it("gives exactly the commit, without anything of the task's clone", async () => {
      const { collected, checkouts, project, branch } = await scene();
      const { clone, commit } = await collected({ "b.txt": "b\n" });
      await repositoryAt(clone.path).git("config", "alias.x", "!true");
      await writeFile(join(clone.path, ".git/hooks/post-checkout"), "#!/bin/false\n", { mode: 0o700 });
      await writeFile(join(clone.path, "loose.txt"), "not committed");
      const checkout = await checkouts.checkout({ project, commit, name: branch });
      expect(checkout.commit).toBe(commit);
      expect(checkout.path).not.toBe(clone.path);
      expect((await readdir(checkout.path)).toSorted()).toEqual([".git", "a.txt", "b.txt"]);
      expect(await readdir(join(checkout.path, ".git/hooks"))).toEqual([]);
      const git = repositoryAt(checkout.path);
      expect(await git.git("rev-parse", "HEAD")).toBe(commit);
      expect(await git.git("status", "--porcelain")).toBe("");
      expect(await git.git("for-each-ref")).toBe("");
      expect(await git.git("config", "--local", "--name-only", "--list")).not.toContain("alias");
      expect(await git.git("diff", "--name-only", clone.baseCommit, "HEAD")).toBe("b.txt");
    });

    it("makes one in use anew, and removes it as often as asked", async () => {
      const { collected, checkouts, project } = await scene();
      const { commit, clone } = await collected({ "b.txt": "b\n" });
      const request = { project, name: "review int-1" };
      const first = await checkouts.checkout({ ...request, commit });
      await writeFile(join(first.path, "a.txt"), "changed");
      const again = await checkouts.checkout({ ...request, commit: clone.baseCommit });
      expect(again.path).toBe(first.path);
      expect(await readFile(join(again.path, "a.txt"), "utf8")).toBe("a\n");
      expect(await readdir(again.path)).not.toContain("b.txt");
      await checkouts.discard(request);
      await checkouts.discard(request);
      await expect(access(again.path)).rejects.toThrow();
    });

    it("serves several readers at once, under any name, and none of them where tasks' clones are", async () => {
      const { collected, checkouts, project, home } = await scene();
      const { clone, commit } = await collected({ "b.txt": "b\n" });
      const names = ["one", "One", "../..", "a/b", ".making-one", "", "x".repeat(500)];
      const made = await Promise.all(names.map((text) => checkouts.checkout({ project, commit, name: text })));
      const paths = made.map(({ path }) => path.toLowerCase());
      expect(new Set(paths).size).toBe(names.length);
      for (const path of paths) {
        expect(path.startsWith(home.toLowerCase())).toBe(true);
        expect(dirname(path)).not.toBe(dirname(clone.path).toLowerCase());
      }
      for (const { path } of made) await access(join(path, "b.txt"));
    });

    it("removes what a dead process left, at the next checkout, without following links", async () => {
      const { collected, checkouts, project, home } = await scene();
      const { clone, commit } = await collected({ "b.txt": "b\n" });
      const left = await checkouts.checkout({ project, commit, name: "left" });
      const half = join(dirname(left.path), ".making-half");
      await mkdir(join(half, ".git"), { recursive: true });
      const outside = await tempFolder();
      await writeFile(join(outside, "precious"), "kept");
      await symlink(outside, join(left.path, "out"));
      const next = bench.make(home);
      const one = await next.checkout({ project, commit, name: "one" });
      const two = await next.checkout({ project, commit, name: "two" });
      expect((await readdir(dirname(left.path))).length).toBe(2);
      for (const { path } of [one, two]) await access(path);
      expect(await readFile(join(outside, "precious"), "utf8")).toBe("kept");
      await access(clone.path);
    });

    it("says when the commit is not there, and leaves nothing", async () => {
      const { collected, checkouts, project } = await scene();
      await collected({ "b.txt": "b\n" });
      const commit = unwrap(parseCommitSha("0".repeat(39) + "1"));
      await expect(checkouts.checkout({ project, commit, name: "none" })).rejects.toMatchObject({ code: "git_failed" });
      await checkouts.discard({ project, name: "none" });
    });
  });
}
