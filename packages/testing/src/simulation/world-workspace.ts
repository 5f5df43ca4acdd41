import {
  orchError,
  parseTreeSha,
  taskKey,
  unwrap,
  type CloneCommand,
  type CommitSha,
  type PreparedClone,
  type Removal,
  type TreeSha,
  type Workspace,
} from "@orch/core";

import { count, reaches, type World } from "./world.ts";

/** The workspace port on the simulated disk. Like the real one, each method looks before it acts. */
export function worldWorkspace(world: World): Workspace {
  return {
    async prepare({ attempt, branch }) {
      const path = pathOf(branch);
      const baseCommit = branchHead(world, world.base);
      const known = world.clones.get(path);
      if (known !== undefined)
        return { path, branch, base: world.base, baseCommit, headCommit: known.head, reused: true };
      const headCommit = [...world.kept].findLast((id) => world.commits.get(id)?.by?.id === attempt.id) ?? baseCommit;
      world.clones.set(path, { branch, head: headCommit });
      world.trace.say("disk", `clone ${path}`);
      return { path, branch, base: world.base, baseCommit, headCommit, reused: false };
    },
    readFiles: async () => ({}),
    listFiles: async () => [],
    tidyCommands: () => [gitCommand("commit")],
    verifyCommand: () => gitCommand("status"),
    scrubCommand: () => gitCommand("clean"),
    lookAround: async () => ({}),
    changedAround: async () => [],
    disarm: async () => undefined,
    async collect({ clone }) {
      const found = cloneAt(world, clone);
      world.kept.add(found.head);
      const own = ownCommits(world, { head: found.head, base: clone.baseCommit });
      const files = own.map(
        (id) => ({ path: id.slice(-4), change: "added", added: 1, deleted: 0, binary: false }) as const,
      );
      const diff = { files, added: files.length, deleted: 0 };
      return { kind: "collected", commit: found.head, tree: treeOf(found.head), commits: own.length, diff, strays: [] };
    },
    inspect: async () => [],
    async publish({ branch, commit }) {
      const had = world.branches.get(branch);
      if (had === commit && !world.faults.blind) return { kind: "published", moved: false };
      world.branches.set(branch, commit);
      world.forge?.takePush({ branch, commit });
      const times = count(world.pushes, `${branch} ${commit}`);
      world.trace.say("repo", `push ${branch} ${commit.slice(-4)}`);
      if (times > 1) world.violations.push(`pushed ${commit.slice(-4)} to ${branch} ${times} times`);
      return { kind: "published", moved: true };
    },
    async merge({ into, commit }) {
      const head = branchHead(world, into);
      if (reaches(world, head, commit) && !world.faults.blind)
        return { kind: "merged", mergeCommit: head, moved: false };
      const mergeCommit = world.commit([head, commit], { good: true });
      world.branches.set(into, mergeCommit);
      const by = world.commits.get(commit)?.by;
      if (by !== undefined && count(world.merges, taskKey(by)) > 1)
        world.violations.push(`${taskKey(by)} merged twice`);
      world.trace.say("repo", `merge ${commit.slice(-4)} into ${into}`);
      return { kind: "merged", mergeCommit, moved: true };
    },
    diff: async () => "",
    log: async () => [],
    remove: ({ branch }) => removeClone(world, branch),
  };
}

async function removeClone(world: World, branch: string): Promise<Removal> {
  const clone = world.clones.get(pathOf(branch));
  if (clone !== undefined) world.kept.add(clone.head);
  world.clones.delete(pathOf(branch));
  world.trace.say("disk", `remove ${pathOf(branch)}`);
  return { removed: true };
}

function gitCommand(name: string): CloneCommand {
  return { name, argv: ["git", name], env: {}, accept: [0] };
}

function pathOf(branch: string): string {
  return `/worktrees/${branch}`;
}

function branchHead(world: World, branch: World["base"]): CommitSha {
  const head = world.branches.get(branch);
  if (head === undefined) throw orchError("git_failed", `no branch ${branch}`, { details: { reason: "base_missing" } });
  return head;
}

function cloneAt(world: World, clone: PreparedClone): { readonly head: CommitSha } {
  const found = world.clones.get(clone.path);
  if (found === undefined) throw orchError("git_failed", `no clone at ${clone.path}`);
  return found;
}

function ownCommits(world: World, range: { readonly head: CommitSha; readonly base: CommitSha }): readonly CommitSha[] {
  const own: CommitSha[] = [];
  for (let id: CommitSha | undefined = range.head; id !== undefined && !reaches(world, range.base, id);) {
    own.push(id);
    id = world.commits.get(id)?.parents[0];
  }
  return own;
}

function treeOf(commit: CommitSha): TreeSha {
  return unwrap(parseTreeSha(commit));
}
