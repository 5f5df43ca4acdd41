import { isAbsolute, join, resolve } from "node:path";

import { err, ok, orchError, type AttemptRef, type OrchError, type Result, type TaskRef } from "@orch/core";

import type { Environment } from "./interpolate.ts";

/** Where everything of orch lies below its home folder. */
export interface HomePaths {
  readonly home: string;
  readonly config: string;
  readonly database: string;
  /** Attempt folders. */
  readonly state: string;
  /** Clones of tasks. */
  readonly worktrees: string;
  /** Bare repositories that only orch touches. */
  readonly projects: string;
  /** What is kept for single tasks. */
  readonly contexts: string;
  /** The person's own skills. */
  readonly skills: string;
  /** The catalogue file of skills that the first seed knew. */
  readonly skillCatalogue: string;
  /** Skills that were brought from repositories. */
  readonly broughtSkills: string;
  /** Locks, process ids and sockets. */
  readonly run: string;
  readonly logs: string;
  /** The key that signs what orch says on forges. */
  readonly forgeKey: string;
  /** The secret of hooks that orch made. */
  readonly webhookSecret: string;
  /** The unix socket of the daemon. */
  readonly socket: string;
}

/** The home folder: `ORCH_HOME`, else `~/.orch`. Error: `home_unusable` when neither is known. */
export function homeFolder(env: Environment): Result<string, OrchError> {
  const home = env["HOME"];
  const set = env["ORCH_HOME"];
  if (set !== undefined && set !== "") {
    const path = expandPath(set, { base: ".", userHome: home });
    if (isAbsolute(set) || (set.startsWith("~/") && home !== undefined)) return ok(path);
    return err(orchError("home_unusable", "ORCH_HOME is not an absolute path", { hint: "Set it to a full path." }));
  }
  if (home !== undefined && isAbsolute(home)) return ok(join(home, ".orch"));
  return err(
    orchError("home_unusable", "neither ORCH_HOME nor HOME is set", { hint: "Set ORCH_HOME to a folder for orch." }),
  );
}

/** The layout of a home folder. */
export function homePaths(home: string): HomePaths {
  const run = join(home, "run");
  return {
    home,
    config: join(home, "config.yml"),
    database: join(home, "orch.db"),
    state: join(home, "state"),
    worktrees: join(home, "worktrees"),
    projects: join(home, "projects"),
    contexts: join(home, "contexts"),
    skills: join(home, "skills"),
    skillCatalogue: join(home, "skills.yml"),
    broughtSkills: join(home, "state", "skills"),
    run,
    logs: join(home, "logs"),
    forgeKey: join(home, "forge.key"),
    webhookSecret: join(home, "webhook.secret"),
    socket: join(run, "orch.sock"),
  };
}

/** The folder of one task: `state/{owner}/{repo}/tasks/{id}`. */
export function taskFolder(home: string, ref: TaskRef): string {
  return join(homePaths(home).state, ref.project, "tasks", ref.id);
}

/** The name of the file that keeps something for a task, in the folder of its project. */
export function contextFile(id: TaskRef["id"]): string {
  return `task-${id}.md`;
}

/** The folder that holds everything of one attempt: `attempts/{n}` in that of its task. */
export function attemptFolder(home: string, ref: AttemptRef): string {
  return join(taskFolder(home, ref), "attempts", String(ref.attempt));
}

/** Where paths as written begin. */
export interface PathRoots {
  /** The folder of the file that holds them. */
  readonly base: string;
  readonly userHome: string | undefined;
}

/** An absolute path from one as written: `~/` is the user's home, anything relative starts at `base`. */
export function expandPath(written: string, from: PathRoots): string {
  const inHome = written === "~" || written.startsWith("~/");
  if (inHome && from.userHome !== undefined) return resolve(from.userHome, written.slice(2));
  return resolve(from.base, written);
}
