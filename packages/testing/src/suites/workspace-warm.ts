import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import {
  parseBranchName,
  parseProjectId,
  parseTaskId,
  unwrap,
  type PreparedClone,
  type ProjectId,
  type ProjectSettings,
  type WarmClones,
  type WarmState,
  type Workspace,
} from "@orch/core";
import { describe, expect, it } from "vitest";

import { gitRepository, repositoryAt, type TestRepository } from "../git-repository.ts";
import { tempFolder } from "../temp-folder.ts";
import { projectOf } from "./workspace-bench.ts";

/** How an implementation takes part in the suite. */
export interface WarmClonesBench {
  /** As for `WorkspaceBench`; two of one home stand for two processes, one after the other. */
  make(home: string): Workspace & WarmClones;
}

const FILES = { "a.txt": "a\n", "src/b.txt": "b\n", "package.json": "{}\n" };
const setUpHook = { name: "after_create", run: ["install"], timeoutMs: 1000 };
const gate = { protectedPaths: [], maxFiles: 50, maxBytes: 1e6, maxFileBytes: 1e6, lockfiles: ["*.lock"] };

interface Scene {
  readonly user: TestRepository;
  readonly home: string;
  readonly workspace: Workspace & WarmClones;
  project: ProjectSettings;
  /** Clones that were set up, as they were then. */
  readonly setUps: PreparedClone[];
  /** What a set-up does; false: it fails. */
  install: (clone: PreparedClone) => Promise<boolean>;
  warm(by?: WarmClones): Promise<WarmState>;
  prepare(number: number, by?: Workspace): Promise<PreparedClone>;
  /** Names in the folder of clones, those with a leading dot included. */
  folders(): Promise<readonly string[]>;
}

async function openScene(bench: WarmClonesBench, over: Partial<ProjectSettings> = {}): Promise<Scene> {
  const user = await gitRepository(FILES);
  const home = join(await tempFolder("orch-home"), "home");
  const workspace = bench.make(home);
  const hooks = { afterCreate: setUpHook, inAdvance: [] };
  const scene: Scene = {
    user,
    home,
    workspace,
    project: projectOf(user.path, { warm: 1, hooks, gate, ...over }),
    setUps: [],
    async install({ path }) {
      await mkdir(join(path, "node_modules"));
      await writeFile(join(path, "node_modules", "dep.js"), "installed");
      return true;
    },
    warm: (by = workspace) =>
      by.warm({
        project: scene.project,
        signal: new AbortController().signal,
        setUp(clone) {
          scene.setUps.push(clone);
          return scene.install(clone);
        },
      }),
    prepare(number, by = workspace) {
      const { project } = scene;
      const attempt = { project: project.id, id: unwrap(parseTaskId(String(number))), attempt: 1 };
      return by.prepare({ project, attempt, branch: unwrap(parseBranchName(`gh-task-${number}`)) });
    },
    folders: () => readdir(join(home, "worktrees", "acme", "app")),
  };
  return scene;
}

/** The contract of the `WarmClones` port. */
export function describeWarmClones(name: string, bench: WarmClonesBench): void {
  const scene = (over?: Partial<ProjectSettings>): Promise<Scene> => openScene(bench, over);

  describe(`${name}: clones in advance`, () => {
    it("are made as many as are wanted, and one becomes a task's as if it had been made for it", async () => {
      const it = await scene({ warm: 2 });
      const wanted: ProjectId[] = [];
      it.workspace.onWarmWanted((project) => void wanted.push(project));
      expect(await it.warm()).toEqual({ ready: 2, made: 2, dropped: 0, failed: false });
      expect(await it.warm()).toEqual({ ready: 2, made: 0, dropped: 0, failed: false });
      const clone = await it.prepare(1);
      expect(clone).toMatchObject({ reused: false, setUp: true, branch: "gh-task-1" });
      expect(wanted).toEqual([it.project.id]);
      expect(await readFile(join(clone.path, "node_modules", "dep.js"), "utf8")).toBe("installed");
      await rm(join(clone.path, "node_modules"), { recursive: true });
      const git = repositoryAt(clone.path);
      expect(await git.git("rev-parse", "HEAD", "gh-task-1", "origin/main")).toBe(
        [clone.headCommit, clone.headCommit, clone.baseCommit].join("\n"),
      );
      expect(await git.git("status", "--porcelain")).toBe("");
      expect(await git.git("for-each-ref", "--format=%(refname)")).toBe(
        "refs/heads/gh-task-1\nrefs/remotes/origin/main",
      );
      expect(await it.warm()).toMatchObject({ ready: 2, made: 1 });
      await it.prepare(2);
      await it.prepare(3);
      expect(await it.prepare(4)).not.toHaveProperty("setUp");
      expect(wanted).toHaveLength(4);
    });

    it("share nothing that can be written: what is changed in one is in no other", async () => {
      const it = await scene({ warm: 2 });
      await it.warm();
      const [first, second] = [await it.prepare(1), await it.prepare(2)];
      await writeFile(join(first.path, "a.txt"), "changed");
      await writeFile(join(first.path, "node_modules", "dep.js"), "changed");
      await repositoryAt(first.path).commit("work", { "new.txt": "new" });
      expect(await readFile(join(second.path, "a.txt"), "utf8")).toBe("a\n");
      expect(await readFile(join(second.path, "node_modules", "dep.js"), "utf8")).toBe("installed");
      await it.warm();
      expect(await readFile(join((await it.prepare(3)).path, "node_modules", "dep.js"), "utf8")).toBe("installed");
    });

    it("are moved to a base that has moved, without anything of what is not in it any more", async () => {
      const it = await scene();
      await it.warm();
      await it.user.git("rm", "--quiet", "src/b.txt");
      const moved = await it.user.commit("moved", { "a.txt": "later\n", "c.txt": "c\n" });
      const clone = await it.prepare(1);
      expect(clone).toMatchObject({ setUp: true, headCommit: moved });
      expect((await readdir(clone.path)).toSorted()).toEqual([
        ".git",
        "a.txt",
        "c.txt",
        "node_modules",
        "package.json",
      ]);
      expect(await readFile(join(clone.path, "a.txt"), "utf8")).toBe("later\n");
      expect(await repositoryAt(clone.path).git("status", "--porcelain", "--untracked-files=no")).toBe("");
    });

    it.each([
      ["a lockfile", async (it: Scene) => void (await it.user.commit("bump", { "app.lock": "2" }))],
      ["a manifest", async (it: Scene) => void (await it.user.commit("bump", { "package.json": '{"a":1}\n' }))],
      [
        "the hook",
        async (it: Scene) => {
          it.project = { ...it.project, hooks: { afterCreate: { ...setUpHook, run: ["other"] }, inAdvance: [] } };
        },
      ],
      [
        "where it runs",
        async (it: Scene) => {
          it.project = { ...it.project, hooks: { afterCreate: setUpHook } };
        },
      ],
    ])("are not taken once %s is another, and make room for new ones", async (_, change) => {
      const it = await scene();
      await it.warm();
      await change(it);
      expect(await it.prepare(1)).not.toHaveProperty("setUp");
      expect(await it.warm()).toEqual({ ready: 1, made: 1, dropped: 1, failed: false });
      expect((await it.folders()).toSorted()).toHaveLength(2);
    });

    it("without a set-up in advance spare the checkout alone, whatever changes", async () => {
      const it = await scene({ hooks: { afterCreate: setUpHook } });
      await it.warm();
      const moved = await it.user.commit("bump", { "app.lock": "2" });
      const [ready = ""] = await it.folders();
      const clone = await it.prepare(1);
      expect(clone).not.toHaveProperty("setUp");
      expect([clone.headCommit, it.setUps]).toEqual([moved, []]);
      expect(await it.folders()).toEqual(["gh-task-1"]);
      expect(ready).toMatch(/^\.warm-/);
    });

    it("whose set-up fails, or is called off, are gone", async () => {
      const it = await scene({ warm: 2 });
      it.install = async () => false;
      expect(await it.warm()).toEqual({ ready: 0, made: 0, dropped: 0, failed: true });
      expect([await it.folders(), it.setUps.length]).toEqual([[], 1]);
      it.install = () => Promise.reject(new Error("ended"));
      await expect(it.warm()).rejects.toThrow("ended");
      expect(await it.folders()).toEqual([]);
    });

    it("go when fewer are wanted, and when their project does", async () => {
      const it = await scene({ warm: 3 });
      await it.warm();
      it.project = { ...it.project, warm: 1 };
      expect(await it.warm()).toMatchObject({ ready: 1, dropped: 2 });
      const task = await it.prepare(1);
      await it.warm();
      await it.workspace.cool([it.project.id]);
      expect(await it.folders()).toHaveLength(2);
      await it.workspace.cool([unwrap(parseProjectId("acme/other"))]);
      expect(await it.folders()).toEqual([task.path.slice(dirname(task.path).length + 1)]);
      expect((await readdir(join(it.home, "projects", "acme"))).toSorted()).not.toContain("app.warm");
    });

    it("that a process which died left half made, or half taken, go and are never a task's", async () => {
      const it = await scene();
      // It dies while the set-up runs: nothing after that happens.
      let begun: () => void = () => undefined;
      const running = new Promise<void>((resolve) => void (begun = resolve));
      it.install = () => {
        begun();
        return new Promise(() => undefined);
      };
      void it.warm();
      await running;
      const next = bench.make(it.home);
      expect(await it.folders()).toHaveLength(1);
      expect(await it.prepare(1, next)).not.toHaveProperty("setUp");
      it.install = async () => true;
      expect(await it.warm(next)).toMatchObject({ ready: 1, made: 1 });
      expect(await it.folders()).toHaveLength(2);
      // It dies while a task takes one: what makes it count is gone, the folder is not.
      const records = join(it.home, "projects", "acme", "app.warm");
      const [ready = ""] = (await readdir(records)).filter((name) => name.endsWith(".ready"));
      await rm(join(records, ready));
      const third = bench.make(it.home);
      expect(await it.prepare(2, third)).not.toHaveProperty("setUp");
      expect(await it.warm(third)).toMatchObject({ ready: 1, made: 1 });
      expect((await it.folders()).filter((name) => name.startsWith("."))).toHaveLength(1);
      expect(await readdir(records)).toHaveLength(2);
    });

    it("whose folder somebody removed are made by way of the usual", async () => {
      const it = await scene();
      await it.warm();
      const [folder = ""] = await it.folders();
      await rm(join(it.home, "worktrees", "acme", "app", folder), { recursive: true });
      const clone = await it.prepare(1);
      expect(clone).not.toHaveProperty("setUp");
      expect(await readFile(join(clone.path, "a.txt"), "utf8")).toBe("a\n");
    });

    it("are a stranger's: what a set-up did to git counts for nothing, and its links lead nowhere", async () => {
      const it = await scene();
      const outside = await tempFolder("outside");
      const mark = join(outside, "mark");
      await writeFile(join(outside, "b.txt"), "theirs");
      it.install = async ({ path }) => {
        const program = join(path, "evil");
        await writeFile(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
        await writeFile(join(path, ".gitattributes"), "* filter=evil\n");
        const git = join(path, ".git");
        const evil = `[core]\n\tfsmonitor = ${program}\n[filter "evil"]\n\tsmudge = ${program}\n\tclean = ${program}\n`;
        await writeFile(join(git, "config"), evil);
        await symlink(program, join(git, "hooks", "post-index-change"));
        await writeFile(join(git, "index"), "broken");
        await writeFile(join(git, "HEAD"), "ref: refs/heads/theirs\n");
        await rm(join(path, "src"), { recursive: true });
        await symlink(outside, join(path, "src"));
        return true;
      };
      await it.warm();
      await it.user.commit("moved", { "src/b.txt": "later\n" });
      const clone = await it.prepare(1);
      expect(clone).toMatchObject({ setUp: true });
      expect((await readdir(outside)).toSorted()).toEqual(["b.txt"]);
      expect(await readFile(join(outside, "b.txt"), "utf8")).toBe("theirs");
      expect(await readFile(join(clone.path, "src", "b.txt"), "utf8")).toBe("later\n");
      const config = await readFile(join(clone.path, ".git", "config"), "utf8");
      expect(config).not.toContain("evil");
      expect(await repositoryAt(clone.path).git("symbolic-ref", "HEAD")).toBe("refs/heads/gh-task-1");
    });
  });
}
