import { createHash } from "node:crypto";

import type { BranchName, CommitSha } from "@orch/core";

interface Commit {
  readonly parent: CommitSha | undefined;
  readonly files: Readonly<Record<string, string>>;
}

/** As much of git as a forge in memory needs: branches of commits with whole texts. */
export interface MemoryGit {
  tip(branch: BranchName): CommitSha | undefined;
  /** Commits on top of a branch, or of the main branch when there is no such branch. */
  commit(branch: BranchName, files: Readonly<Record<string, string>>): CommitSha;
  /** Takes in a commit that was made elsewhere, with what it changes; the branch stands there afterwards. */
  place(branch: BranchName, commit: CommitSha): void;
  remove(branch: BranchName): void;
  /** The paths that a branch's commits changed since they left the other one. */
  changed(head: CommitSha, base: CommitSha): ReadonlyMap<string, string>;
  /** False when both sides changed the same path to different texts. */
  fits(head: CommitSha, base: CommitSha): boolean;
}

/** A repository with one commit on its main branch. */
export function createMemoryGit(main: BranchName): MemoryGit {
  const commits = new Map<CommitSha, Commit>();
  const branches = new Map<BranchName, CommitSha>();

  function add(commit: Commit): CommitSha {
    const text = JSON.stringify([commits.size, commit]);
    const name = createHash("sha1").update(text).digest("hex") as CommitSha;
    commits.set(name, commit);
    return name;
  }
  function ancestry(commit: CommitSha): readonly CommitSha[] {
    const line: CommitSha[] = [];
    for (let at: CommitSha | undefined = commit; at !== undefined; at = commits.get(at)?.parent) line.push(at);
    return line;
  }
  function changed(head: CommitSha, base: CommitSha): ReadonlyMap<string, string> {
    const known = new Set(ancestry(base));
    const own = ancestry(head).filter((name) => !known.has(name));
    return new Map(own.toReversed().flatMap((name) => Object.entries(commits.get(name)?.files ?? {})));
  }

  branches.set(main, add({ parent: undefined, files: { "README.md": "# sample\n" } }));
  return {
    tip: (branch) => branches.get(branch),
    commit(branch, files) {
      const name = add({ parent: branches.get(branch) ?? branches.get(main), files });
      branches.set(branch, name);
      return name;
    },
    place(branch, commit) {
      if (!commits.has(commit))
        commits.set(commit, {
          parent: branches.get(branch) ?? branches.get(main),
          files: { [`elsewhere/${commit}`]: "" },
        });
      branches.set(branch, commit);
    },
    remove: (branch) => void branches.delete(branch),
    changed,
    fits(head, base) {
      const theirs = changed(base, head);
      return [...changed(head, base)].every(([path, text]) => (theirs.get(path) ?? text) === text);
    },
  };
}
