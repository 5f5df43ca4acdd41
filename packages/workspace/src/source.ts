import { isAbsolute } from "node:path";

import { orchError, parseBranchName, unwrap, type BranchName, type ProjectSettings } from "@orch/core";

import { failed, type Git } from "./git.ts";
import { repositoryOf, type Repository } from "./repository.ts";

/** The user's repository. Its owner may differ from the daemon's user: it is trusted because a person configured it. */
export interface Source extends Repository {
  /** The folder that the project names; may be a linked work tree. */
  readonly folder: string;
  readonly objectFormat: "sha1" | "sha256";
}

/** What the far side of a transport in the user's repository runs with: no hooks, no clean-up, whoever owns it. */
const FAR_SIDE = "git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c receive.autogc=false -c safe.directory=*";
/** Standing arguments of fetches. `--strict`: exactly the given folder. */
export const UPLOAD_PACK = `--upload-pack=${FAR_SIDE} upload-pack --strict`;
/** Standing argument of pushes. A branch that somebody has just checked out, or is rebasing, is never moved under their feet. */
export const RECEIVE_PACK = `--receive-pack=${FAR_SIDE} -c receive.denyCurrentBranch=refuse receive-pack`;
/** For commands in a repository that another user may own. */
export const TRUSTED: Readonly<Record<string, string>> = { "safe.directory": "*" };

/** Finds the user's repository. @throws `not_a_repository` */
export async function openSource(git: Git, project: ProjectSettings): Promise<Source> {
  const folder = project.source;
  if (!isAbsolute(folder)) throw notARepository(folder);
  const args = ["-C", folder, "rev-parse", "--path-format=absolute", "--show-object-format", "--git-common-dir"];
  const trusting: Git = {
    run: (inner, options) => git.run(inner, { ...options, config: { ...TRUSTED, ...options?.config } }),
    text: (inner, options) => git.text(inner, { ...options, config: { ...TRUSTED, ...options?.config } }),
  };
  const output = await trusting.run(args);
  if (output.exitCode !== 0) throw notARepository(folder);
  const [format = "", gitDir = ""] = output.stdout.toString("utf8").split("\n");
  return { ...repositoryOf(trusting, gitDir), folder, objectFormat: format === "sha256" ? "sha256" : "sha1" };
}

function notARepository(folder: string): Error {
  return orchError("not_a_repository", "the project's folder is not a git repository", {
    hint: "Run git init there, or give the project's source as an absolute path.",
    details: { folder },
  });
}

/**
 * The branch that tasks start from: as configured, else what is checked out, else what the origin calls its default, else
 * `main`, `master`, or the only branch.
 * @throws `repository_empty` without any commit on a branch, `git_failed` when the choice is open.
 */
export async function defaultBranch(
  git: Git,
  input: { readonly source: Source; readonly project: ProjectSettings },
): Promise<BranchName> {
  const { source, project } = input;
  if (project.defaultBranch !== undefined) return unwrap(parseBranchName(project.defaultBranch));
  const branches = await branchesOf(git, source);
  if (branches.length === 0) {
    throw orchError("repository_empty", "the repository has no commit yet", {
      hint: "Make a first commit, then try again.",
    });
  }
  const names = [
    await symbolic(git, { source, ref: "HEAD" }),
    await symbolic(git, { source, ref: "refs/remotes/origin/HEAD" }),
    "main",
    "master",
  ];
  const found =
    names.find((name) => name !== undefined && branches.includes(name)) ??
    (branches.length === 1 ? branches[0] : undefined);
  if (found !== undefined) return unwrap(parseBranchName(found));
  throw orchError("git_failed", "it is not clear which branch to start from", {
    hint: "Check a branch out, or set the project's default branch.",
    details: { branches: branches.slice(0, 20) },
  });
}

async function branchesOf(git: Git, source: Source): Promise<readonly string[]> {
  const args = ["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"];
  const text = await git.text(args, { gitDir: source.gitDir, config: TRUSTED });
  return text === "" ? [] : text.split("\n");
}

/** The branch that a symbolic ref of the user's folder names, without its `refs/…/` prefix. */
async function symbolic(
  git: Git,
  input: { readonly source: Source; readonly ref: string },
): Promise<string | undefined> {
  const args = ["-C", input.source.folder, "symbolic-ref", "--quiet", input.ref];
  const output = await git.run(args, { config: TRUSTED });
  const name = output.stdout.toString("utf8").trim();
  return output.exitCode === 0 ? name.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, "") : undefined;
}

/** The folder in which a branch of the user's repository is checked out; absent when it is nowhere. */
export async function checkoutOf(
  git: Git,
  input: { readonly source: Source; readonly branch: BranchName },
): Promise<string | undefined> {
  const args = ["worktree", "list", "--porcelain", "-z"];
  const output = await git.run(args, { gitDir: input.source.gitDir, config: TRUSTED });
  if (output.exitCode !== 0) throw failed(args, output);
  for (const block of output.stdout.toString("utf8").split("\0\0")) {
    const lines = block.split("\0");
    if (lines.includes("bare") || !lines.includes(`branch refs/heads/${input.branch}`)) continue;
    return lines.find((line) => line.startsWith("worktree "))?.slice("worktree ".length);
  }
  return undefined;
}
