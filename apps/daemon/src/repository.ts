import { execFile } from "node:child_process";
import { access, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { err, ok, orchError, type OrchError, type Result } from "@orch/core";

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 10_000;

/** A repository of the person, as git describes it. */
export interface Repository {
  /** The root of its work tree, or the repository itself when it is bare; absolute, without links. */
  readonly path: string;
  readonly remoteUrl?: string;
}

/** Looks at the repository that holds a folder. Errors: `not_a_repository`, `repository_empty`, `tool_missing`. */
export async function readRepository(folder: string): Promise<Result<Repository, OrchError>> {
  const [inTree, remoteUrl] = await Promise.all([
    git(folder, ["rev-parse", "--show-toplevel", "HEAD^{commit}"]),
    git(folder, ["config", "--get", "remote.origin.url"]),
  ]);
  const path = inTree === undefined ? await placeOf(folder) : ok(inTree.slice(0, inTree.lastIndexOf("\n")));
  if (!path.ok) return path;
  const url = remoteUrl === undefined || remoteUrl === "" ? {} : { remoteUrl };
  return ok({ path: await realpath(path.value), ...url });
}

/** A repository that is bare, has no commit, or is none. */
async function placeOf(folder: string): Promise<Result<string, OrchError>> {
  const path =
    (await git(folder, ["rev-parse", "--show-toplevel"])) ?? (await git(folder, ["rev-parse", "--absolute-git-dir"]));
  if (path === undefined || path === "") return err(await whyNot(folder));
  if ((await git(path, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])) !== undefined) return ok(path);
  const hint = "Make a first commit: git add --all && git commit -m first";
  return err(orchError("repository_empty", `the repository ${path} has no commit yet`, { hint }));
}

/** The first commit of a repository, by which a moved one is known again; empty when it can't be told. */
export async function rootCommit(path: string): Promise<string> {
  return (await git(path, ["rev-list", "--max-parents=0", "HEAD"]))?.split("\n").at(-1) ?? "";
}

async function whyNot(folder: string): Promise<OrchError> {
  if (!(await exists(folder))) {
    return orchError("not_a_repository", `there is no folder ${folder}`, {
      hint: "Give the path of a git repository.",
    });
  }
  if ((await git(folder, ["--version"])) === undefined) {
    return orchError("tool_missing", "git is not installed", { hint: "Install git 2.38 or newer." });
  }
  return orchError("not_a_repository", `${folder} is not inside a git repository`, {
    hint: `Make it one: git init ${join(folder)} and commit something, or go to your repository.`,
  });
}

/** True when something is at the path. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** What git prints, trimmed; undefined when it fails. The repository is the person's own, with their own settings. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run("git", ["-C", folder, ...args], { timeout: GIT_TIMEOUT_MS });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
