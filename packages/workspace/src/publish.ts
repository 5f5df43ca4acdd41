import type { BranchName, CommitSha, ProjectSettings, PublishResult } from "@orch/core";

import { openBare, type Bare } from "./bare.ts";
import type { Context } from "./context.ts";
import { failed } from "./git.ts";
import { refsOf } from "./layout.ts";
import { openOrigin, type Target } from "./origin.ts";

/** What is to appear in the user's repository. */
export interface PublishRequest {
  readonly project: ProjectSettings;
  readonly branch: BranchName;
  readonly commit: CommitSha;
}

/** Puts a branch into the user's repository or its fork, overwriting only what orch itself put there. */
export async function publishBranch(context: Context, request: PublishRequest): Promise<PublishResult> {
  const { branch, commit } = request;
  const origin = await openOrigin(context, request.project);
  const bare = await openBare(context, request.project);
  const refs = refsOf(branch);
  return context.locks.run(`publish ${bare.gitDir}`, async () => {
    const to = origin.fork ?? origin;
    const current = await to.commitOf(branch);
    if (current === commit) {
      await bare.setRef(refs.published, commit);
      return { kind: "published", moved: false };
    }
    if (current !== undefined && !(await isOwn(bare, { branch, current, commit }))) {
      return taken(`The branch ${branch} holds commits that orch did not make (${current.slice(0, 12)}).`);
    }
    if ((await origin.checkoutOf(branch)) !== undefined) {
      return taken(`The branch ${branch} is checked out in your repository, so it can't be moved.`);
    }
    // Recorded before the act: after a crash in between, the branch is still known as orch's own.
    await bare.setRef(refs.publishing, commit);
    const moved = await pushBranch(context, { bare, to, branch, commit, expected: current });
    if (!moved) return taken(`The branch ${branch} was moved by somebody else at the same moment.`);
    await bare.setRef(refs.published, commit);
    return { kind: "published", moved: true };
  });
}

/** Pushes with an exact lease. False when the branch is not where it was expected; other refusals are thrown. */
export async function pushBranch(
  context: Context,
  push: {
    readonly bare: Bare;
    readonly to: Target;
    readonly branch: BranchName;
    readonly commit: CommitSha;
    /** Absent: the branch must not exist. */
    readonly expected: CommitSha | undefined;
  },
): Promise<boolean> {
  const { bare, to, branch, commit, expected } = push;
  const args = [
    "push",
    "--quiet",
    "--no-verify",
    "--recurse-submodules=no",
    ...to.pushArgs,
    `--force-with-lease=refs/heads/${branch}:${expected ?? ""}`,
    "--end-of-options",
    to.address,
    `${commit}:refs/heads/${branch}`,
  ];
  const output = await context.git.run(args, { ...to.reach, gitDir: bare.gitDir });
  const now = await to.commitOf(branch);
  if (now === commit) return true;
  if (now !== expected) return false;
  throw failed(args, output);
}

/** True when what the user's branch holds is orch's own, or part of what is to be published. */
async function isOwn(
  bare: Bare,
  input: { readonly branch: BranchName; readonly current: CommitSha; readonly commit: CommitSha },
): Promise<boolean> {
  const refs = refsOf(input.branch);
  if (input.current === (await bare.commitOf(refs.published))) return true;
  if (input.current === (await bare.commitOf(refs.publishing))) return true;
  return (await bare.commitOf(input.current)) !== undefined && bare.isAncestor(input.current, input.commit);
}

function taken(detail: string): PublishResult {
  return { kind: "refused", reason: "branch_taken", detail };
}
