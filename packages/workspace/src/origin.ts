import {
  orchError,
  parseBranchName,
  parseCommitSha,
  unwrap,
  type BranchName,
  type CommitSha,
  type ForgeRemote,
  type ProjectSettings,
} from "@orch/core";

import type { Context } from "./context.ts";
import type { GitOptions } from "./git.ts";
import { RECEIVE_PACK, UPLOAD_PACK, checkoutOf, defaultBranch, openSource } from "./source.ts";

/** A repository that branches are pushed to. */
export interface Target {
  /** What git calls it: a folder or an address, without any secret. */
  readonly address: string;
  /** How git commands reach it; may hold a secret, in the environment of the command alone. */
  readonly reach: GitOptions;
  /** Standing arguments of pushes. */
  readonly pushArgs: readonly string[];
  /** Where a branch stands there now; absent: it does not exist. */
  commitOf(branch: BranchName): Promise<CommitSha | undefined>;
}

/** Where a project's branches come from and where its results go: the user's repository, or the one on its forge. */
export interface Origin extends Target {
  readonly objectFormat: "sha1" | "sha256";
  /** Standing arguments of fetches. */
  readonly fetchArgs: readonly string[];
  /** Where the branches of tasks go when they do not go there: a fork of it. */
  readonly fork?: Target;
  /** The branch that tasks start from. @throws `repository_empty`, `git_failed` */
  defaultBranch(): Promise<BranchName>;
  /** The folder in which a branch is checked out; absent where it is nowhere. */
  checkoutOf(branch: BranchName): Promise<string | undefined>;
}

/** Finds a project's origin. @throws `not_a_repository`, and what the forge throws when it is asked for its address. */
export async function openOrigin(context: Context, project: ProjectSettings): Promise<Origin> {
  const remote = await context.remoteOf?.(project.id);
  return remote === undefined ? localOrigin(context, project) : remoteOrigin(context, { project, remote });
}

async function localOrigin(context: Context, project: ProjectSettings): Promise<Origin> {
  const { git } = context;
  const source = await openSource(git, project);
  return {
    objectFormat: source.objectFormat,
    address: source.gitDir,
    reach: { transport: "file" },
    fetchArgs: [UPLOAD_PACK],
    pushArgs: [RECEIVE_PACK],
    commitOf: (branch) => source.commitOf(`refs/heads/${branch}`),
    defaultBranch: () => defaultBranch(git, { source, project }),
    checkoutOf: (branch) => checkoutOf(git, { source, branch }),
  };
}

/** How a git command reaches a repository on a forge: the secret is in its environment alone. */
export function reachOf({ url, authorization }: Pick<ForgeRemote, "url" | "authorization">): GitOptions {
  const config = {
    [`http.${url}.extraHeader`]: `Authorization: ${authorization}`,
    "http.followRedirects": "false",
    "credential.helper": "",
  };
  return { transport: url.startsWith("http://") ? "http" : "https", config };
}

function remoteOrigin(
  context: Context,
  { project, remote }: { readonly project: ProjectSettings; readonly remote: ForgeRemote },
): Origin {
  const { url, forkUrl, authorization } = remote;
  return {
    ...remoteTarget(context, remote),
    ...(forkUrl === undefined ? {} : { fork: remoteTarget(context, { url: forkUrl, authorization }) }),
    objectFormat: "sha1",
    fetchArgs: [],
    async defaultBranch() {
      if (project.defaultBranch !== undefined) return unwrap(parseBranchName(project.defaultBranch));
      const lines = await listRemote(context, { remote, args: ["--symref", "--end-of-options", url, "HEAD"] });
      const name = lines
        .map((line) => /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)?.[1])
        .find((each) => each !== undefined);
      if (name !== undefined) return unwrap(parseBranchName(name));
      throw orchError("repository_empty", `${url} has no commit yet`, { hint: "Push a first commit, then try again." });
    },
    checkoutOf: async () => undefined,
  };
}

type Reached = Pick<ForgeRemote, "url" | "authorization">;

function remoteTarget(context: Context, remote: Reached): Target {
  const { url } = remote;
  return {
    address: url,
    reach: reachOf(remote),
    pushArgs: [],
    async commitOf(branch) {
      const lines = await listRemote(context, { remote, args: ["--end-of-options", url, `refs/heads/${branch}`] });
      const line = lines.find((each) => each.endsWith(`\trefs/heads/${branch}`));
      return line === undefined ? undefined : unwrap(parseCommitSha(line.split("\t", 1)[0] ?? ""));
    },
  };
}

async function listRemote(
  { git }: Context,
  { remote, args }: { readonly remote: Reached; readonly args: readonly string[] },
): Promise<readonly string[]> {
  const text = await git.text(["ls-remote", "--quiet", ...args], reachOf(remote));
  return text === "" ? [] : text.split("\n");
}
