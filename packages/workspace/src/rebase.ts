import {
  parseCommitSha,
  unwrap,
  type BranchName,
  type CommitSha,
  type ProjectSettings,
  type RebaseResult,
} from "@orch/core";

import { baseCommitOf, refreshBare, type Bare } from "./bare.ts";
import { clonePath, findClone, identityOf, identityVariables, type Context, type Identity } from "./context.ts";
import { refsOf } from "./layout.ts";
import { mergeTrees } from "./merge-trees.ts";
import { retireClone } from "./retire.ts";
import { settleTask } from "./take-in.ts";

/** What is to be brought on top of which branch. */
export interface RebaseRequest {
  readonly project: ProjectSettings;
  readonly branch: BranchName;
  /** Absent: the project's default branch. */
  readonly base?: BranchName;
  readonly commit: CommitSha;
}

/** More commits than this are merged instead of being made anew one by one. */
const MOST_COMMITS = 200;

/**
 * Brings a task's commits on top of the newest base, in the daemon's repository alone: no agent, no working tree, and
 * nothing of the clone is read but its commits. The same commits on the same base give the same ids, so that a second
 * call after a crash changes nothing.
 */
export async function rebaseBranch(context: Context, request: RebaseRequest): Promise<RebaseResult> {
  const { project, branch, commit } = request;
  const { bare, origin } = await refreshBare(context, project);
  const base = request.base ?? (await origin.defaultBranch());
  const onto = await baseCommitOf(bare, base);
  if (await bare.isAncestor(onto, commit)) return { kind: "rebased", commit, onto, moved: false };
  const identity = identityOf(project);
  const plan = { bare, onto, commit, identity, message: `Merge ${base} into ${branch}\n` };
  const made = (await replay(context, plan)) ?? (await takeBaseIn(context, plan));
  if (typeof made !== "string") return { kind: "conflict", base, files: made.files };
  await context.locks.run(clonePath(bare.places, branch), async () => {
    const path = await findClone(bare.places, branch);
    // The clone holds the old commits: the next one is made from the new ones.
    await retireClone(context, { bare, path, branch, identity });
    const before = await bare.commitOf(refsOf(branch).task);
    if (before !== made) await settleTask(bare, { branch, commit: made });
  });
  return { kind: "rebased", commit: made, onto, moved: true };
}

interface Plan {
  readonly bare: Bare;
  readonly onto: CommitSha;
  readonly commit: CommitSha;
  readonly identity: Identity;
  readonly message: string;
}

/** The commits one by one on top of the base; undefined: one of them conflicts, or merges are among them. */
async function replay(context: Context, plan: Plan): Promise<CommitSha | undefined> {
  const { bare, onto, commit } = plan;
  const range = `${onto}..${commit}`;
  if ((await bare.text(["rev-list", "--merges", "--max-count=1", range])) !== "") return undefined;
  const listed = await bare.text(["rev-list", "--reverse", "--topo-order", range]);
  const commits = listed.split("\n").map((line) => unwrap(parseCommitSha(line)));
  if (commits.length > MOST_COMMITS) return undefined;
  let tip = onto;
  for (const each of commits) {
    const next = await pick(context, { ...plan, tip, commit: each });
    if (next === undefined) return undefined;
    tip = next;
  }
  return tip;
}

/** One commit on top of another; the other itself where it holds the change already. Undefined: they conflict. */
async function pick(
  context: Context,
  { bare, tip, commit, identity }: Plan & { readonly tip: CommitSha },
): Promise<CommitSha | undefined> {
  const parent = await bare.commitOf(`${commit}^1`);
  if (parent === undefined) return undefined;
  const tree = await bare.text(["rev-parse", "--verify", `${tip}^{tree}`]);
  const committer = identityVariables(identity);
  const commitTree = async (args: readonly string[], how: { input: string; env: Record<string, string> }) =>
    unwrap(parseCommitSha(await context.git.text(["commit-tree", ...args], { gitDir: bare.gitDir, ...how })));
  // The tip as if it came after the commit's parent: the parent is then the base of the merge, as a pick wants it.
  const ours = await commitTree(["-p", parent, "-F", "-", tree], { input: "pick\n", env: committer });
  const merged = await mergeTrees(context, { bare, ours, theirs: commit });
  if (merged.kind === "conflict") return undefined;
  if (merged.tree === tree) return tip;
  const { env, input } = await wordsOf(bare, { commit, committer });
  return commitTree(["-p", tip, "-F", "-", merged.tree], { input, env });
}

/** A commit's message, author and times. */
async function wordsOf(
  bare: Bare,
  { commit, committer }: { readonly commit: CommitSha; readonly committer: Record<string, string> },
): Promise<{ readonly env: Record<string, string>; readonly input: string }> {
  const show = (format: string): Promise<string> =>
    bare.text(["show", "--no-patch", "--date=raw", `--format=${format}`, commit]);
  const [author = "", email = "", written = "", committed = ""] = (await show("%an%x00%ae%x00%ad%x00%cd")).split("\0");
  const env = {
    ...committer,
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: `@${written}`,
    GIT_COMMITTER_DATE: `@${committed.trim()}`,
  };
  return { env, input: `${await show("%B")}\n` };
}

/** A merge of the base into the branch, for what can't be made anew commit by commit. */
async function takeBaseIn(
  context: Context,
  { bare, onto, commit, identity, message }: Plan,
): Promise<CommitSha | { readonly files: readonly string[] }> {
  if ((await bare.mergeBase(onto, commit)) === undefined) return { files: [] };
  const merged = await mergeTrees(context, { bare, ours: commit, theirs: onto });
  if (merged.kind === "conflict") return { files: merged.files };
  const { env } = await wordsOf(bare, { commit, committer: identityVariables(identity) });
  const made = await context.git.text(["commit-tree", "-p", commit, "-p", onto, "-F", "-", merged.tree], {
    gitDir: bare.gitDir,
    input: message,
    env: { ...env, ...identityVariables(identity) },
  });
  return unwrap(parseCommitSha(made));
}
