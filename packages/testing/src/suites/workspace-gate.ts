import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { repositoryAt } from "../git-repository.ts";
import { runInClone } from "./workspace-bench.ts";
import type { SceneOf } from "./workspace-outcomes.ts";

const TOKEN = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

/** The contract of `tidyCommands` and `verifyCommand`. */
export function describeCommands(name: string, sceneOf: SceneOf): void {
  describe(`${name}: commands for the clone`, () => {
    it("commits what was left over, whatever the index hides, and then verifies", async () => {
      const { prepare, workspace, project } = await sceneOf({
        "a.txt": "a\n",
        "b.txt": "b\n",
        "crlf.txt": "x\r\ny\n",
        ".gitattributes": "*.txt text=auto eol=crlf\n",
      });
      const clone = await prepare();
      const git = repositoryAt(clone.path);
      await git.git("update-index", "--skip-worktree", "a.txt");
      await git.git("update-index", "--assume-unchanged", "b.txt");
      await git.write({ "a.txt": "changed\n", "b.txt": "changed\n", "new \u00fc.txt": "n" });
      await workspace.disarm(clone);
      const dirty = await runInClone(clone, workspace.verifyCommand({ clone, commit: clone.headCommit }));
      expect(dirty).toMatchObject({ code: 1 });
      expect(dirty.text).toContain("a.txt");
      for (const round of [1, 2]) {
        for (const command of workspace.tidyCommands({
          project,
          clone,
          message: `#${round} \`$(false)\` ; "quoted"\n\nbody`,
        })) {
          const { code, text } = await runInClone(clone, command);
          expect({ name: command.name, text, fine: command.accept.includes(code) }).toMatchObject({ fine: true });
        }
      }
      const result = await workspace.collect({ project, clone });
      expect(result).toMatchObject({ kind: "collected", commits: 1, diff: { files: [{}, {}, {}] } });
      const commit = result.kind === "collected" ? result.commit : clone.headCommit;
      const verify = workspace.verifyCommand({ clone, commit });
      expect(await runInClone(clone, verify)).toMatchObject({ code: 0 });
      await writeFile(join(clone.path, "extra.txt"), "x");
      expect(await runInClone(clone, verify)).toMatchObject({
        code: 1,
        text: expect.stringContaining("extra.txt") as string,
      });
    });

    it("removes what is ignored and nothing else", async () => {
      const { prepare, workspace } = await sceneOf({ ".gitignore": "hidden/\n*.log\n", "kept.txt": "k\n" });
      const clone = await prepare();
      const git = repositoryAt(clone.path);
      await git.write({ "hidden/helper.mjs": "h", "a.log": "l", "new.txt": "n" });
      expect(await runInClone(clone, workspace.scrubCommand({ clone }))).toMatchObject({ code: 0 });
      expect((await readdir(clone.path)).toSorted()).toEqual([".git", ".gitignore", "kept.txt", "new.txt"]);
    });
  });
}

/** The contract of `inspect`. */
export function describeInspection(name: string, sceneOf: SceneOf): void {
  describe(`${name}: inspect`, () => {
    it("passes a plain change", async () => {
      const { collected, workspace, project } = await sceneOf();
      const { clone, commit } = await collected({ "src/a.ts": "export const a = 1;\n" });
      expect(await workspace.inspect({ project, base: clone.baseCommit, commit })).toEqual({
        findings: [],
        cautions: [],
      });
    });

    it("finds protected paths, secrets, unsafe links, gitlinks and size", async () => {
      const { prepare, work, workspace, project } = await sceneOf();
      const clone = await prepare();
      const git = repositoryAt(clone.path);
      await work(clone, { "passing.txt": `key ${TOKEN}\n` });
      await git.git("rm", "-q", "passing.txt");
      const links = {
        absolute: "/etc/passwd",
        "d/up": "../../outside",
        "d/fine": "../README.md",
        twisted: "d/../../x",
        inside: ".git/config",
      };
      await mkdir(join(clone.path, "d"));
      for (const [path, target] of Object.entries(links)) await symlink(target, join(clone.path, path));
      await work(clone, {
        ".github/workflows/ci.yml": "on: push\n",
        "deep/x.LOCK": "",
        "big.txt": "x".repeat(200_000),
        "++ b/x": `+++ b/y\n${TOKEN}`,
      });
      await git.git("update-index", "--add", "--cacheinfo", `160000,${clone.headCommit},module`);
      await git.git("commit", "-q", "--allow-empty", "-m", `with ${TOKEN}`);
      const result = await workspace.collect({ project, clone });
      expect(result.kind).toBe("collected");
      const commit = result.kind === "collected" ? result.commit : clone.headCommit;
      const { findings, cautions } = await workspace.inspect({ project, base: clone.baseCommit, commit });
      expect(cautions).toEqual([]);
      const seen = findings.map(({ reason, path }) => `${reason} ${path}`).toSorted();
      expect(seen).toEqual([
        "protected_path .github/workflows/ci.yml",
        "protected_path deep/x.LOCK",
        "secret_found (commit message)",
        "secret_found ++ b/x",
        "secret_found passing.txt",
        "too_large big.txt",
        "unsafe_tree absolute",
        "unsafe_tree d/up",
        "unsafe_tree inside",
        "unsafe_tree module",
        "unsafe_tree twisted",
      ]);
      expect(JSON.stringify(findings)).not.toContain(TOKEN);
    });
  });
}
