import { access, chmod, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  silentLogger,
  systemClock,
  unwrap,
  type CommitSha,
  type PreparedClone,
} from "@orch/core";
import { createRedactor } from "@orch/security";
import { gitRepository, projectOf, repositoryAt, runInClone, tempFolder, type TestRepository } from "@orch/testing";
import { describe, expect, it } from "vitest";

import { createWorkspace } from "../src/index.ts";
import { plantTrap, poisonClone, POISONS, takeBait, type Poison } from "./poisons.ts";

const branch = unwrap(parseBranchName("gh-task-7-sample"));
const main = unwrap(parseBranchName("main"));
const task = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("7")) };

/** What the daemon runs while a poisoned clone lies beside it, and what it runs inside one that it has disarmed. */
const SUBCOMMANDS = [
  "add",
  "cat-file",
  "clean",
  "commit",
  "commit-tree",
  "config",
  "diff-files",
  "diff-tree",
  "fetch",
  "for-each-ref",
  "log",
  "ls-files",
  "ls-tree",
  "merge",
  "merge-base",
  "merge-tree",
  "push",
  "read-tree",
  "reset",
  "rev-list",
  "rev-parse",
  "show",
  "status",
  "symbolic-ref",
  "update-index",
  "update-ref",
  "worktree",
  "write-tree",
];

/** A git that writes down which subcommands it was asked for. */
async function recordingGit(): Promise<{ readonly path: string; asked(): Promise<ReadonlySet<string>> }> {
  const folder = await tempFolder();
  const [path, log] = [join(folder, "git"), join(folder, "asked")];
  const text = `#!/bin/sh
skip=
for word in "$@"; do
  [ -n "$skip" ] && { skip=; continue; }
  case $word in -C) skip=1 ;; -*) ;; *) echo "$word" >> '${log}'; break ;; esac
done
exec git "$@"
`;
  await writeFile(path, text);
  await chmod(path, 0o755);
  return { path, asked: async () => new Set((await readFile(log, "utf8")).trim().split("\n")) };
}

interface Scene {
  readonly user: TestRepository;
  readonly home: string;
  readonly gitPath: string;
}

function workspaceOf({ home, gitPath }: Scene): ReturnType<typeof createWorkspace> {
  const redactor = createRedactor({ secrets: [] });
  return createWorkspace({ home, gitPath, clock: systemClock, logger: silentLogger, redactor });
}

/** The whole life of a task, with its clone poisoned anew before every step of the daemon's. */
async function live(scene: Scene, poisonAgain: (clone: string) => Promise<void>): Promise<void> {
  const [workspace, project] = [workspaceOf(scene), projectOf(scene.user.path)];
  const prepare = async (attempt: number): Promise<PreparedClone> =>
    workspace.prepare({ project, attempt: { ...task, attempt }, branch });
  const collect = async (clone: PreparedClone): Promise<CommitSha> => {
    await poisonAgain(clone.path);
    const result = await workspace.collect({ project, clone });
    if (result.kind === "refused") throw new Error(result.detail);
    return result.commit;
  };

  const clone = await prepare(1);
  const worked = unwrap(parseCommitSha(await repositoryAt(clone.path).commit("work", { "a.txt": "b\n" })));
  await poisonAgain(clone.path);
  await writeFile(join(clone.path, "left.txt"), "left over\n");
  await workspace.disarm(clone);
  const commands = [
    ...workspace.tidyCommands({ project, clone, message: "left over" }),
    workspace.verifyCommand({ clone, commit: worked }),
    workspace.scrubCommand({ clone }),
  ];
  for (const command of commands) await runInClone(clone, command);
  const commit = await collect(clone);
  expect(commit).not.toBe(worked);

  const range = { project, base: clone.baseCommit, commit };
  expect(await workspace.inspect(range)).toEqual({ findings: [], cautions: [] });
  await workspace.diff({ ...range, maxBytes: 10_000 });
  await workspace.log({ project, commit, limit: 10 });
  await workspace.listFiles({ project, commit, limit: 10 });
  await workspace.readFiles({ project, commit, paths: ["a.txt"], maxBytes: 100 });
  expect(await workspace.publish({ project, branch, commit })).toMatchObject({ kind: "published" });

  await scene.user.commit("theirs", { "t.txt": "t" });
  expect(await workspace.rebase({ project, branch, base: main, commit })).toMatchObject({ kind: "rebased" });
  const next = await prepare(2);
  await repositoryAt(next.path).commit("more", { "c.txt": "c" });
  const last = await collect(next);
  await scene.user.commit("theirs again", { "t.txt": "u" });
  const merged = await workspace.merge({ project, into: main, commit: last, branch, message: "merge" });
  expect(merged).toMatchObject({ kind: "merged", moved: true });

  await poisonAgain(next.path);
  await writeFile(join(next.path, "loose.txt"), "loose");
  const before = await workspace.lookAround({ project });
  expect(await workspace.changedAround({ project, before })).toEqual([]);
  expect(await workspace.remove({ project, task, branch })).toMatchObject({ removed: true });
}

describe("a poisoned .git", () => {
  const asked = new Map<string, ReadonlySet<string>>();

  it.each(POISONS)(
    "runs nothing by $key in the daemon's git, although it does in plain git",
    async (poison: Poison) => {
      const { program, marker } = await plantTrap(await tempFolder());
      const git = await recordingGit();
      const user = await gitRepository({ "a.txt": "a\n" });
      const scene = { user, home: join(await tempFolder(), "home"), gitPath: git.path };
      const copy = join(await tempFolder(), "copy");
      await live(scene, async (clone) => {
        await poisonClone(clone, poison, program);
        await cp(clone, copy, { recursive: true, force: true, verbatimSymlinks: true });
      });
      expect(await readFile(marker, "utf8").catch(() => "nothing ran")).toBe("nothing ran");
      asked.set(poison.key, await git.asked());

      await writeFile(join(copy, "a.txt"), "changed\n");
      takeBait(copy, poison);
      await access(marker);
    },
  );

  it(`was beside each of ${SUBCOMMANDS.length} git subcommands, with each of ${POISONS.length} poisons`, () => {
    expect(POISONS.length).toBeGreaterThanOrEqual(20);
    expect(SUBCOMMANDS.length).toBeGreaterThanOrEqual(14);
    expect([...asked.keys()]).toEqual(POISONS.map(({ key }) => key));
    for (const [key, verbs] of asked) expect([key, ...[...verbs].toSorted()]).toEqual([key, ...SUBCOMMANDS]);
  });
});
