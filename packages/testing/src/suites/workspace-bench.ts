import { execFile } from "node:child_process";
import { join } from "node:path";

import {
  defaultPolicy,
  parseBranchName,
  parseProjectId,
  parseTaskId,
  unwrap,
  type AttemptRef,
  type BranchName,
  type CloneCommand,
  type PreparedClone,
  type ProjectSettings,
  type Workspace,
} from "@orch/core";

import { gitEnvironment, gitRepository, repositoryAt, type TestRepository } from "../git-repository.ts";
import { tempFolder } from "../temp-folder.ts";

/** A project on a repository, with a small gate and no checks. */
export function projectOf(source: string, over: Partial<ProjectSettings> = {}): ProjectSettings {
  return {
    id: unwrap(parseProjectId("acme/app")),
    source,
    branchTemplate: "gh-task-{issue}-{slug}",
    checks: [],
    hooks: {},
    gate: { protectedPaths: [".github/**", "*.lock"], maxFiles: 50, maxBytes: 1_000_000, maxFileBytes: 100_000 },
    agents: {},
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    timeoutByComplexity: {},
    policy: defaultPolicy,
    sandbox: "none",
    requiredTools: [],
    instructionFiles: ["AGENTS.md"],
    git: {},
    ...over,
  };
}

/** Runs a command of the workspace in a clone, as the session supervisor would; gives exit code and output. */
export function runInClone(
  clone: PreparedClone,
  command: CloneCommand,
): Promise<{ readonly code: number; readonly text: string }> {
  const [program = "", ...args] = command.argv;
  const env = { ...gitEnvironment(), ...command.env };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: clone.path, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 255);
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

/** A user's repository, a project on it, and a workspace with a home of its own. */
export interface WorkspaceScene {
  readonly user: TestRepository;
  readonly project: ProjectSettings;
  readonly workspace: Workspace;
  readonly home: string;
  readonly branch: BranchName;
  /** Prepares the clone of the scene's task (attempt 1 unless told otherwise). */
  prepare(attempt?: number): Promise<PreparedClone>;
  /** What an agent would do in the clone: writes files and commits them. */
  work(clone: PreparedClone, files: Readonly<Record<string, string>>): Promise<string>;
  /** Prepares, works and collects; throws where the branch was refused. */
  collected(
    files: Readonly<Record<string, string>>,
  ): Promise<{ readonly clone: PreparedClone; readonly commit: PreparedClone["headCommit"] }>;
}

/** Makes a scene. */
export async function workspaceScene(
  make: (home: string) => Workspace | Promise<Workspace>,
  files?: Readonly<Record<string, string>> | null,
): Promise<WorkspaceScene> {
  const user = await gitRepository(files);
  const home = join(await tempFolder("orch-home"), "home");
  const workspace = await make(home);
  const project = projectOf(user.path);
  const branch = unwrap(parseBranchName("gh-task-7-sample"));
  const prepare = (attempt = 1): Promise<PreparedClone> =>
    workspace.prepare({ project, attempt: attemptRef(attempt), branch });
  const work = (clone: PreparedClone, changes: Readonly<Record<string, string>>): Promise<string> =>
    repositoryAt(clone.path).commit("work", changes);
  return {
    user,
    project,
    workspace,
    home,
    branch,
    prepare,
    work,
    async collected(changes) {
      const clone = await prepare();
      await work(clone, changes);
      const result = await workspace.collect({ project, clone });
      return {
        clone,
        commit: unwrap(result.kind === "collected" ? { ok: true, value: result.commit } : { ok: false, error: result }),
      };
    },
  };
}

/** The task of the scenes. */
export const sceneTask = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("7")) };

/** An attempt of the task of the scenes. */
export function attemptRef(attempt: number): AttemptRef {
  return { ...sceneTask, attempt };
}
