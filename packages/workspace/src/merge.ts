import {
  parseCommitSha,
  unwrap,
  type BranchName,
  type CommitSha,
  type MergeResult,
  type ProjectSettings,
} from "@orch/core";

import { refreshBare, type Bare } from "./bare.ts";
import { identityOf, identityVariables, type Context } from "./context.ts";
import { refsOf } from "./layout.ts";
import { mergeTrees } from "./merge-trees.ts";
import type { Origin } from "./origin.ts";
import { pushBranch } from "./publish.ts";
import { TRUSTED, UPLOAD_PACK, openSource } from "./source.ts";

/** What is to be merged where. */
export interface MergeRequest {
  readonly project: ProjectSettings;
  readonly into: BranchName;
  readonly commit: CommitSha;
  readonly branch: BranchName;
  readonly message: string;
}

interface Merge {
  readonly bare: Bare;
  readonly origin: Origin;
  readonly request: MergeRequest;
  readonly target: CommitSha;
}

/** Merges a commit into a branch of the user's repository: by fast-forward where that is possible, else by a merge commit. */
export async function mergeCommit(context: Context, request: MergeRequest): Promise<MergeResult> {
  const { bare, origin } = await refreshBare(context, request.project);
  return context.locks.run(`publish ${bare.gitDir}`, async () => {
    const target = await origin.commitOf(request.into);
    if (target === undefined) return refused("base_missing", `The branch ${request.into} does not exist.`);
    const merge = { bare, origin, request, target };
    if (await bare.isAncestor(request.commit, target)) {
      return { kind: "merged", mergeCommit: await earlierMerge(merge), moved: false };
    }
    const computed = await computeMerge(context, merge);
    if (typeof computed !== "string") return computed;
    await bare.setRef(refsOf(request.branch).merging, computed);
    const refusal = await moveTarget(context, { ...merge, to: computed });
    return refusal ?? { kind: "merged", mergeCommit: computed, moved: true };
  });
}

/** The commit that brought an already merged commit in: orch's own record, else the oldest merge above it, else itself. */
async function earlierMerge({ bare, request, target }: Merge): Promise<CommitSha> {
  const { commit } = request;
  const own = await bare.commitOf(refsOf(request.branch).merging);
  if (own !== undefined && (await bare.isAncestor(commit, own)) && (await bare.isAncestor(own, target))) return own;
  const args = ["rev-list", "--merges", "--ancestry-path", "--reverse", `${commit}..${target}`];
  const oldest = parseCommitSha((await bare.text(args)).split("\n")[0] ?? "");
  return oldest.ok ? oldest.value : commit;
}

async function computeMerge(context: Context, { bare, request, target }: Merge): Promise<CommitSha | MergeResult> {
  const { commit } = request;
  if (await bare.isAncestor(target, commit)) return commit;
  if ((await bare.mergeBase(target, commit)) === undefined)
    return refused("merge_conflict", "The histories have nothing in common.");
  const merged = await mergeTrees(context, { bare, ours: target, theirs: commit });
  if (merged.kind === "conflict") {
    return refused("merge_conflict", `These files conflict: ${merged.files.slice(0, 20).join(", ")}.`);
  }
  const made = await context.git.text(["commit-tree", "-p", target, "-p", commit, "-F", "-", merged.tree], {
    gitDir: bare.gitDir,
    input: request.message,
    env: identityVariables(identityOf(request.project)),
  });
  return unwrap(parseCommitSha(made));
}

/** Moves the user's branch forward; gives the refusal when it can't be moved. */
async function moveTarget(
  context: Context,
  move: Merge & { readonly to: CommitSha },
): Promise<MergeResult | undefined> {
  const { bare, origin, request, target, to } = move;
  const folder = await origin.checkoutOf(request.into);
  if (folder !== undefined) return moveCheckout(context, { ...move, folder });
  const pushed = await pushBranch(context, { bare, to: origin, branch: request.into, commit: to, expected: target });
  if (pushed.kind === "moved") return undefined;
  if (pushed.kind === "refused") return refused("merge_refused", pushed.said);
  return refused("merge_refused", `The branch ${request.into} was moved by somebody else at the same moment.`);
}

async function moveCheckout(
  context: Context,
  move: Merge & { readonly to: CommitSha; readonly folder: string },
): Promise<MergeResult | undefined> {
  const { bare, origin, request, to, folder } = move;
  const inFolder = { config: TRUSTED, transport: "file" } as const;
  const status = ["-C", folder, "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty"];
  if ((await context.git.text(status, inFolder)) !== "") {
    return refused(
      "merge_refused",
      `${request.into} is checked out in ${folder} with uncommitted changes; commit or stash them first.`,
    );
  }
  const ref = refsOf(request.branch).merging;
  const fetch = [
    "-C",
    folder,
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
  ];
  await context.git.text([...fetch, UPLOAD_PACK, "--end-of-options", bare.gitDir, ref], inFolder);
  const args = [
    "-C",
    folder,
    "merge",
    "--ff-only",
    "--quiet",
    "--no-stat",
    "--no-autostash",
    // An ignored file that only the person has, such as an `.env`, is not the branch's to replace.
    "--no-overwrite-ignore",
    "--no-verify-signatures",
    to,
  ];
  const output = await context.git.run(args, inFolder);
  if (output.exitCode === 0) {
    const now = await origin.commitOf(request.into);
    // Whoever switched to another branch at this moment had that one moved.
    const source = await openSource(context.git, request.project);
    if (now !== undefined && (await source.isAncestor(to, now))) return undefined;
    return refused("merge_refused", `${folder} was switched away from ${request.into} at the same moment.`);
  }
  return refused(
    "merge_refused",
    `The checkout of ${request.into} in ${folder} could not be moved: ${output.stderr.slice(0, 500)}`,
  );
}

function refused(reason: Extract<MergeResult, { kind: "refused" }>["reason"], detail: string): MergeResult {
  return { kind: "refused", reason, detail };
}
