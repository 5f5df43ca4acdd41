import { createHash } from "node:crypto";

import type { BranchName, CommitSha } from "@orch/core";

interface Commit {
  readonly parents: readonly CommitSha[];
  readonly files: Readonly<Record<string, string>>;
}

/** As much of git as a forge in memory needs: branches of commits with whole texts. */
export interface MemoryGit {
  tip(branch: BranchName): CommitSha | undefined;
  /** All branches with their commits. */
  branches(): ReadonlyMap<BranchName, CommitSha>;
  /** Commits on top of a branch, or of the main branch when there is no such branch. */
  commit(branch: BranchName, files: Readonly<Record<string, string>>): CommitSha;
  /** Takes in a commit that was made elsewhere; the branch stands there afterwards. */
  place(branch: BranchName, made: MadeElsewhere): void;
  has(commit: CommitSha): boolean;
  /** Whether a commit itself changes a path. */
  touches(commit: CommitSha, path: string): boolean;
  parentsOf(commit: CommitSha): readonly CommitSha[];
  /** True when `older` is `newer` or one of its ancestors. */
  reaches(newer: CommitSha, older: CommitSha): boolean;
  remove(branch: BranchName): void;
  /** The paths that a branch's commits changed since they left the other one. */
  changed(head: CommitSha, base: CommitSha): ReadonlyMap<string, string>;
  /** False when both sides changed the same path to different texts. */
  fits(head: CommitSha, base: CommitSha): boolean;
  /** A repository of its own with the same commits, and with branches that begin where these are. */
  fork(): MemoryGit;
}

/** A commit that another git made. */
export interface MadeElsewhere {
  readonly commit: CommitSha;
  /** Absent: where the branch was, or the main branch. */
  readonly parents?: readonly CommitSha[];
  /** Absent: a file of its own. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository with one commit on its main branch. */
export function createMemoryGit(main: BranchName): MemoryGit {
  const git = gitOver(main, { commits: new Map(), branches: new Map() });
  git.commit(main, { "README.md": "# sample\n" });
  return git;
}

function gitOver(
  main: BranchName,
  { commits, branches }: { readonly commits: Map<CommitSha, Commit>; readonly branches: Map<BranchName, CommitSha> },
): MemoryGit {
  function add(commit: Commit): CommitSha {
    const text = JSON.stringify([commits.size, commit]);
    const name = createHash("sha1").update(text).digest("hex") as CommitSha;
    commits.set(name, commit);
    return name;
  }
  function ancestry(commit: CommitSha): readonly CommitSha[] {
    const seen = new Set<CommitSha>();
    const open = [commit];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(commits.get(at)?.parents ?? []));
    }
    return [...seen];
  }
  function changed(head: CommitSha, base: CommitSha): ReadonlyMap<string, string> {
    const known = new Set(ancestry(base));
    const own = ancestry(head).filter((name) => !known.has(name));
    return new Map(own.toReversed().flatMap((name) => Object.entries(commits.get(name)?.files ?? {})));
  }

  function before(branch: BranchName): readonly CommitSha[] {
    const tip = branches.get(branch) ?? branches.get(main);
    return tip === undefined ? [] : [tip];
  }

  return {
    tip: (branch) => branches.get(branch),
    branches: () => branches,
    commit(branch, files) {
      const name = add({ parents: before(branch), files });
      branches.set(branch, name);
      return name;
    },
    place(branch, { commit, parents = before(branch), files = { [`elsewhere/${commit}`]: "" } }) {
      if (!commits.has(commit)) commits.set(commit, { parents, files });
      branches.set(branch, commit);
    },
    has: (commit) => commits.has(commit),
    touches: (commit, path) => path in (commits.get(commit)?.files ?? {}),
    parentsOf: (commit) => commits.get(commit)?.parents ?? [],
    reaches: (newer, older) => ancestry(newer).includes(older),
    remove: (branch) => void branches.delete(branch),
    changed,
    fits(head, base) {
      const theirs = changed(base, head);
      return [...changed(head, base)].every(([path, text]) => (theirs.get(path) ?? text) === text);
    },
    fork: () => gitOver(main, { commits, branches: new Map(branches) }),
  };
}
