import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { orchError } from "@orch/core";

import { plainGitEnvironment } from "./env.ts";

const run = promisify(execFile);

/** Runs git in a repository of orch's own making; gives what it printed. Throws `tool_missing`, `git_failed`. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("git", args, { cwd: folder, env: plainGitEnvironment() });
    return stdout.trimEnd();
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (isMissing)
      throw orchError("tool_missing", "git is not installed", { hint: "Install git 2.38 or newer.", cause });
    throw orchError("git_failed", `git ${args[0] ?? ""} failed in ${folder}`, { cause });
  }
}
