import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  defaultPolicy,
  internalTaskId,
  parseBranchName,
  silentLogger,
  systemClock,
  unwrap,
  type ProjectSettings,
} from "@orch/core";
import { createRedactor } from "@orch/security";
import { createWorkspace } from "@orch/workspace";

import { millis, type Measurement } from "../figure.ts";
import { project } from "../instant-engine.ts";
import { git } from "../programs.ts";
import { inTurns, timed } from "../timing.ts";

const ROUNDS = 7;
const FOLDERS = 40;
const FILES_EACH = 50;

/** A task's own clone, against a worktree that shares its `.git` with everybody. */
export const clone: Measurement = {
  name: "clone",
  async measure(folder) {
    const source = join(folder, "source");
    await fillRepository(source);
    const redactor = createRedactor({ secrets: [] });
    const workspace = createWorkspace({
      home: join(folder, "home"),
      clock: systemClock,
      logger: silentLogger,
      redactor,
    });
    const settings = projectAt(source);
    const prepare = (number: number): Promise<unknown> => {
      const branch = unwrap(parseBranchName(`task-${number}`));
      return workspace.prepare({
        project: settings,
        attempt: { project, id: internalTaskId(number), attempt: 1 },
        branch,
      });
    };
    const first = await timed(() => prepare(1000));
    const times = await inTurns(ROUNDS, {
      worktree: (round) =>
        git(source, "worktree", "add", "--quiet", "-b", `tree-${round}`, join(folder, `tree-${round}`)),
      clone: (round) => prepare(round + 1),
      again: (round) => prepare(round + 1),
    });
    const yardstick = "git worktree add";
    const worktree = `a worktree ${millis(times.worktree)}`;
    return [
      {
        name: "first clone of a project",
        ratio: first / times.worktree,
        yardstick,
        seen: `${millis(first)}; ${worktree}`,
      },
      { name: "clone", ratio: times.clone / times.worktree, yardstick, seen: `${millis(times.clone)}; ${worktree}` },
      { name: "clone taken up again", ratio: times.again / times.worktree, yardstick, seen: millis(times.again) },
    ];
  },
};

async function fillRepository(path: string): Promise<void> {
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    await mkdir(join(path, `folder-${folder}`), { recursive: true });
    for (let file = 0; file < FILES_EACH; file += 1) {
      await writeFile(join(path, `folder-${folder}`, `file-${file}.txt`), `${folder} ${file}\n`.repeat(100));
    }
  }
  git(path, "init", "--quiet", "--initial-branch=main");
  git(path, "add", "--all");
  git(path, "commit", "--quiet", "-m", "first");
}

function projectAt(source: string): ProjectSettings {
  return {
    id: project,
    source,
    branchTemplate: "",
    checks: [],
    hooks: {},
    gate: { protectedPaths: [], maxFiles: 1, maxBytes: 1, maxFileBytes: 1 },
    agents: {},
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    timeoutByComplexity: {},
    policy: defaultPolicy,
    sandbox: "none",
    requiredTools: [],
    instructionFiles: [],
    git: {},
  };
}
