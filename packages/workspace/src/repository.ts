import { parseCommitSha, type CommitSha } from "@orch/core";

import { failed, type Git } from "./git.ts";

/** Questions and moves on one repository that is trusted: the daemon's own, or the user's. */
export interface Repository {
  readonly gitDir: string;
  /** Runs a git command here and gives its standard output. @throws `git_failed` */
  text(args: readonly string[]): Promise<string>;
  /** The commit of a ref or name; absent when there is none. */
  commitOf(name: string): Promise<CommitSha | undefined>;
  /** True when `older` is reachable from `newer`; a commit reaches itself. */
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** The best common ancestor; absent when histories are unrelated. */
  mergeBase(one: string, other: string): Promise<CommitSha | undefined>;
  setRef(ref: string, commit: string): Promise<void>;
  dropRef(ref: string): Promise<void>;
}

/** A repository by its git folder. */
export function repositoryOf(git: Git, gitDir: string): Repository {
  async function commitOf(name: string): Promise<CommitSha | undefined> {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    const output = await git.run(args, { gitDir });
    const parsed = parseCommitSha(output.stdout.toString("utf8").trim());
    return output.exitCode === 0 && parsed.ok ? parsed.value : undefined;
  }
  async function yes(args: readonly string[]): Promise<boolean> {
    const output = await git.run(args, { gitDir });
    if (output.exitCode > 1) throw failed(args, output);
    return output.exitCode === 0;
  }
  return {
    gitDir,
    text: (args) => git.text(args, { gitDir }),
    commitOf,
    isAncestor: (older, newer) => yes(["merge-base", "--is-ancestor", older, newer]),
    async mergeBase(one, other) {
      const output = await git.run(["merge-base", one, other], { gitDir });
      const parsed = parseCommitSha(output.stdout.toString("utf8").trim());
      return output.exitCode === 0 && parsed.ok ? parsed.value : undefined;
    },
    setRef: async (ref, commit) => void (await git.text(["update-ref", ref, commit], { gitDir })),
    dropRef: async (ref) => void (await git.text(["update-ref", "-d", ref], { gitDir })),
  };
}
