import type { BranchName, CommitSha, ProjectSettings, PublishResult } from "@orch/core";

import { openBare, type Bare } from "./bare.ts";
import type { Context } from "./context.ts";
import { failed } from "./git.ts";
import { refsOf } from "./layout.ts";
import { openOrigin, type Target } from "./origin.ts";
import { refusalIn } from "./push-refusal.ts";

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
    const pushed = await pushBranch(context, { bare, to, branch, commit, expected: current });
    if (pushed.kind === "late") return taken(`The branch ${branch} was moved by somebody else at the same moment.`);
    if (pushed.kind === "refused") return { kind: "refused", reason: "push_refused", detail: pushed.said };
    await bare.setRef(refs.published, commit);
    return { kind: "published", moved: true };
  });
}

/** What a push came to. `late`: the branch is not where it was expected; `refused`: for good, in these words. */
export type Pushed =
  | { readonly kind: "moved" }
  | { readonly kind: "late" }
  | { readonly kind: "refused"; readonly said: string };

/** Pushes with an exact lease. @throws what another try may mend */
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
): Promise<Pushed> {
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
  const said = output.exitCode === 0 ? undefined : refusalIn(output.stderr);
  if (said !== undefined) return { kind: "refused", said };
  const now = await to.commitOf(branch);
  if (now === commit) return { kind: "moved" };
  if (now !== expected) return { kind: "late" };
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
