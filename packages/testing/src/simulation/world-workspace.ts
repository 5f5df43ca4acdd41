import {
  orchError,
  parseTreeSha,
  taskKey,
  unwrap,
  type BranchName,
  type CloneCommand,
  type CommitSha,
  type ForgeRemote,
  type PreparedClone,
  type PublishResult,
  type Removal,
  type TreeSha,
  type Workspace,
} from "@orch/core";

import type { MemoryGit } from "../forge/memory-git.ts";
import { count, reaches, SHARED, type World } from "./world.ts";

/**
 * The workspace port on the simulated disk. Like the real one, each method looks before it acts. `remote`: where the
 * forge says that branches go; absent: the project is on none.
 */
export function worldWorkspace(world: World, remote?: () => Promise<ForgeRemote>): Workspace {
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
    inspect: async () => ({ findings: [], cautions: [] }),
    async publish({ branch, commit }) {
      const to = await remote?.();
      const git = to?.forkUrl === undefined ? world.forge?.state.git : world.forge?.state.heads;
      return publish(world, { branch, commit, had: git === undefined ? world.branches.get(branch) : git.tip(branch) });
    },
    rebase: (request) => rebase(world, request),
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

interface Push {
  readonly branch: BranchName;
  readonly commit: CommitSha;
  /** Where the branch is. */
  readonly had: CommitSha | undefined;
}

function publish(world: World, { branch, commit, had }: Push): PublishResult {
  if (had === commit && !world.faults.blind) return { kind: "published", moved: false };
  if (had !== undefined && !isOwn(world, { branch, had }) && !reaches(world, commit, had)) {
    return { kind: "refused", reason: "branch_taken", detail: `${branch} holds commits of others` };
  }
  if (world.pushes.refused) return { kind: "refused", reason: "push_refused", detail: "a rule forbids it" };
  world.branches.set(branch, commit);
  pushToForge(world, { branch, commit });
  const times = count(world.pushed, `${branch} ${commit}`);
  world.trace.say("repo", `push ${branch} ${commit.slice(-4)}`);
  // One that was removed after its merge may come again for work that goes on.
  if (times > 1 && had !== undefined) world.violations.push(`pushed ${commit.slice(-4)} to ${branch} ${times} times`);
  return { kind: "published", moved: true };
}

function isOwn(world: World, { branch, had }: { readonly branch: BranchName; readonly had: CommitSha }): boolean {
  const by = world.commits.get(had)?.by?.id;
  return by !== undefined && branch === `task-${by}`;
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

/** What the forge merged or people pushed there is known here from the moment of the look. */
function branchHead(world: World, branch: World["base"]): CommitSha {
  const { git } = world.forge?.state ?? {};
  if (git !== undefined && branch === world.base) learn(world, git);
  const head = git?.tip(branch) ?? world.branches.get(branch);
  if (head === undefined) throw orchError("git_failed", `no branch ${branch}`, { details: { reason: "base_missing" } });
  return head;
}

function learn(world: World, git: MemoryGit): void {
  const open = [git.tip(world.base)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (world.commits.has(id)) continue;
    const parents = git.parentsOf(id);
    world.commits.set(id, { id, parents, good: true, shared: git.touches(id, SHARED) });
    world.kept.add(id);
    open.push(...parents);
  }
}

function pushToForge(
  world: World,
  { branch, commit }: { readonly branch: BranchName; readonly commit: CommitSha },
): void {
  if (world.forge === undefined) return;
  const made = (id: CommitSha): void => {
    const { parents = [], shared } = world.commits.get(id) ?? {};
    for (const parent of parents) if (!world.forge?.state.git.has(parent)) made(parent);
    const files = { [`elsewhere/${id}`]: "", ...(shared === true ? { [SHARED]: id } : {}) };
    world.forge?.takePush({ branch, commit: id, parents, files });
  };
  made(commit);
}

/** Commits made anew on top of the newest base, the same ones for the same question. */
async function rebase(
  world: World,
  { branch, commit }: Parameters<Workspace["rebase"]>[0],
): ReturnType<Workspace["rebase"]> {
  const onto = branchHead(world, world.base);
  if (reaches(world, commit, onto)) return { kind: "rebased", commit, onto, moved: false };
  const theirs = ownCommits(world, { head: onto, base: commit });
  const ours = ownCommits(world, { head: commit, base: onto });
  const touches = (ids: readonly CommitSha[]): boolean => ids.some((id) => world.commits.get(id)?.shared === true);
  if (touches(theirs) && touches(ours)) return { kind: "conflict", base: world.base, files: [SHARED] };
  const key = `${commit} ${onto}`;
  const known = world.rebased.get(key);
  const old = world.commits.get(commit);
  const good = old?.good === true && !world.random.chance(0.1);
  const by = old?.by === undefined ? {} : { by: old.by };
  const made = known ?? world.commit([onto], { good, shared: touches(ours), ...by });
  world.rebased.set(key, made);
  await removeClone(world, branch);
  // The newest that was kept of a task is where its next clone begins.
  world.kept.delete(made);
  world.kept.add(made);
  world.trace.say("disk", `rebase ${commit.slice(-4)} to ${made.slice(-4)} on ${onto.slice(-4)}`);
  return { kind: "rebased", commit: made, onto, moved: true };
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
