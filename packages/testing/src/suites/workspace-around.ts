import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseBranchName, unwrap, type Around } from "@orch/core";
import { describe, expect, it } from "vitest";

import type { SceneOf } from "./workspace-outcomes.ts";

/** The contract of `lookAround` and `changedAround`. */
export function describeAround(name: string, sceneOf: SceneOf): void {
  describe(`${name}: what lies around the clones`, () => {
    async function looked(files: Readonly<Record<string, string>>): Promise<
      Awaited<ReturnType<SceneOf>> & {
        readonly before: Around;
        readonly changed: () => Promise<readonly string[]>;
      }
    > {
      const scene = await sceneOf(files);
      await scene.prepare();
      const { workspace, project } = scene;
      const before = await workspace.lookAround({ project });
      return { ...scene, before, changed: () => workspace.changedAround({ project, before }) };
    }

    it("stays the same while agents work in clones and results are published and merged", async () => {
      const scene = await looked({ "a.txt": "a", ".gitignore": "cache/\n" });
      const { commit } = await scene.collected({ "b.txt": "b" });
      await scene.workspace.publish({ project: scene.project, branch: scene.branch, commit });
      const { project, branch } = scene;
      const into = unwrap(parseBranchName("main"));
      await scene.workspace.merge({ project, into, commit, branch, message: "merge" });
      await scene.user.write({ "cache/junk": "ignored" });
      expect(await scene.user.git("log", "--format=%s", "-1")).not.toBe("first");
      expect(await scene.changed()).toEqual([]);
    });

    it("tells of files that are written, changed or gone, also those that differed before", async () => {
      const scene = await sceneOf({ "a.txt": "a", "c.txt": "c" });
      await scene.prepare();
      await scene.user.write({ "open.txt": "mine" });
      const { workspace, project } = scene;
      const before = await workspace.lookAround({ project });
      const path = (file: string): string => join(project.source, file);
      await scene.user.write({ "a.txt": "other", "new \u00fc.txt": "n", "open.txt": "not mine" });
      await scene.user.git("rm", "-q", "--cached", "c.txt");
      expect(await workspace.changedAround({ project, before })).toEqual(
        [path("a.txt"), path("c.txt"), path("new \u00fc.txt"), path("open.txt")].toSorted(),
      );
    });

    it("tells of commits, branches, hooks and configuration in the user's repository", async () => {
      const scene = await looked({ "a.txt": "a" });
      await scene.user.git("commit", "-q", "--allow-empty", "-m", "theirs");
      expect(await scene.changed()).toEqual(["HEAD"]);
      await scene.user.git("reset", "-q", "--soft", "HEAD~1");
      expect(await scene.changed()).toEqual([]);
      await writeFile(join(scene.project.source, ".git", "hooks", "pre-commit"), "evil");
      await scene.user.git("config", "core.pager", "evil");
      const changed = await scene.changed();
      expect(changed.map((path) => path.split("/").at(-1))).toEqual(["config", "pre-commit"]);
    });

    it("tells of plain files in orch's home", async () => {
      const scene = await looked({ "a.txt": "a" });
      await writeFile(join(scene.home, "config.yml"), "agents: {}");
      await writeFile(join(scene.home, "worktrees", "outside.txt"), "here");
      const changed = await scene.changed();
      expect(changed.map((path) => path.split("/").at(-1))).toEqual(["config.yml", "outside.txt"]);
    });

    it("runs nothing that is configured in the user's repository", async () => {
      const scene = await looked({ "a.txt": "a", ".gitattributes": "* filter=evil diff=evil\n" });
      const trap = join(scene.home, "..", "trap.sh");
      await mkdir(join(scene.project.source, ".git", "hooks"), { recursive: true });
      await writeFile(trap, `#!/bin/sh\ntouch ${trap}.sprung\n`);
      await chmod(trap, 0o755);
      for (const key of ["core.fsmonitor", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv"]) {
        await scene.user.git("config", key, trap);
      }
      await writeFile(join(scene.project.source, "a.txt"), "b");
      expect((await scene.changed()).length).toBeGreaterThan(0);
      await expect(chmod(`${trap}.sprung`, 0o600)).rejects.toMatchObject({ code: "ENOENT" });
      // Whoever looks in the usual way runs it.
      await scene.user.git("status").catch(() => undefined);
      await chmod(`${trap}.sprung`, 0o600);
    });
  });
}
