import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { BranchName, CommitSha, PreparedClone, PrepareRequest } from "@orch/core";

import { baseCommitOf, refreshBare, type Bare } from "./bare.ts";
import { cloneConfig } from "./clone-config.ts";
import { createClone, disarmClone, showBase, type CloneRequest } from "./clone.ts";
import { clonePath, findClone, identityOf, type Context } from "./context.ts";
import { exists } from "./exists.ts";
import { baseRef, forkRef, refsOf } from "./layout.ts";
import { retireClone } from "./retire.ts";
import { takeIn } from "./take-in.ts";
import { takeWarm } from "./warm/take-warm.ts";

/** Creates or takes up the clone of a task's branch. */
export async function prepareClone(context: Context, request: PrepareRequest): Promise<PreparedClone> {
  const { project, branch } = request;
  const { bare, origin } = await refreshBare(context, project);
  const base = request.base ?? (await origin.defaultBranch());
  const baseCommit = await baseCommitOf(bare, base);
  const made = clonePath(bare.places, branch);
  return context.locks.run(made, async () => {
    await mkdir(bare.places.clones, { recursive: true, mode: 0o700 });
    const path = await findClone(bare.places, branch);
    await mkdir(bare.places.temporary, { recursive: true, mode: 0o700 });
    const identity = identityOf(project, request.author);
    const { objectFormat } = origin;
    const plan = { bare, path, branch, base, baseCommit, identity, objectFormat };
    const isPast = pastOf(bare, request);
    const prepared = { path, branch, base, baseCommit, reads: [join(bare.gitDir, "objects")] };
    const reusable = await reusableCommit(context, plan, isPast);
    if (reusable !== undefined) {
      await disarmClone({ path, bare: bare.gitDir, config: cloneConfig(identity, objectFormat) });
      await showBase(path, { base, commit: baseCommit });
      return { ...prepared, headCommit: reusable, reused: true };
    }
    const retired = await retireClone(context, { bare, path, branch, identity });
    if (retired.rescued !== undefined)
      context.logger.warn({ path, ...retired }, "a clone was made anew; its work was kept");
    const headCommit = await startOf(bare, plan, isPast);
    const fresh = { ...plan, path: made, headCommit };
    const taken = await takeWarm(context, { project, plan: fresh });
    if (taken === undefined) await createClone(context, fresh);
    if ((project.warm ?? 0) > 0) context.warmWanted(project.id);
    return { ...prepared, path: made, headCommit, reused: false, ...(taken?.setUp === true ? { setUp: true } : {}) };
  });
}

/** Tells of a commit whether it is part of what was merged last, so that a new start is worth more than it. */
type IsPast = (commit: CommitSha) => Promise<boolean>;

function pastOf(bare: Bare, { landed }: PrepareRequest): IsPast {
  return async (commit) => {
    if (landed === undefined || commit === landed) return landed !== undefined;
    return (await bare.commitOf(landed)) !== undefined && bare.isAncestor(commit, landed);
  };
}

/** The commit of an existing clone that can be gone on with; absent: there is none, or it has to be made anew. */
async function reusableCommit(
  context: Context,
  plan: Omit<CloneRequest, "headCommit">,
  isPast: IsPast,
): Promise<CommitSha | undefined> {
  const { bare, path, branch } = plan;
  if (!(await exists(path))) return undefined;
  const taken = await takeIn(context, { bare, clone: path, branch });
  if (!taken.ok || taken.value.state.headRef !== `refs/heads/${branch}`) return undefined;
  const { commit } = taken.value;
  if (commit === undefined || (await isPast(commit))) return undefined;
  // Nothing of its own and the base has moved on: a fresh start is worth more than the old tree.
  const behind = commit !== plan.baseCommit && (await bare.isAncestor(commit, plan.baseCommit));
  return behind || (await pushedOn(bare, { branch, commit })) !== undefined ? undefined : commit;
}

/** Where a new clone's branch begins: at what somebody pushed on, else at the last collected commit when it is more than a piece of the base. */
async function startOf(
  bare: Bare,
  { branch, baseCommit }: Omit<CloneRequest, "headCommit">,
  isPast: IsPast,
): Promise<CommitSha> {
  const collected = await bare.commitOf(refsOf(branch).task);
  const pushed = await pushedOn(bare, { branch, commit: collected });
  if (pushed !== undefined && !(await isPast(pushed))) return pushed;
  if (collected === undefined || (await isPast(collected)) || (await bare.isAncestor(collected, baseCommit)))
    return baseCommit;
  return collected;
}

/** Where the task's branch stands at the origin, when somebody put commits on top of orch's own. */
async function pushedOn(
  bare: Bare,
  { branch, commit }: { readonly branch: BranchName; readonly commit: CommitSha | undefined },
): Promise<CommitSha | undefined> {
  const there = (await bare.commitOf(forkRef(branch))) ?? (await bare.commitOf(baseRef(branch)));
  if (there === undefined || commit === undefined || there === commit) return undefined;
  return (await bare.isAncestor(commit, there)) ? there : undefined;
}
