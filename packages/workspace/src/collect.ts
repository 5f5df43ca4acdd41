import {
  parseTreeSha,
  unwrap,
  type Collected,
  type CommitSha,
  type PreparedClone,
  type ProjectSettings,
  type Reason,
} from "@orch/core";

import { openBare, type Bare } from "./bare.ts";
import type { CloneFault } from "./clone-state.ts";
import { clonePath, type Context } from "./context.ts";
import { diffStat } from "./diff-stat.ts";
import { takeIn, type TakenIn } from "./take-in.ts";

/** Fetches the task's branch from its clone as from a stranger, and says what it amounts to. */
export async function collectClone(
  context: Context,
  request: { readonly project: ProjectSettings; readonly clone: PreparedClone },
): Promise<Collected> {
  const { clone } = request;
  const bare = await openBare(context, request.project);
  return context.locks.run(clonePath(bare.places, clone.branch), async () => {
    const taken = await takeIn(context, { bare, clone: clone.path, branch: clone.branch });
    if (!taken.ok) return refusedFor(taken.error);
    const left = leftBranch(taken.value, clone);
    if (left !== undefined) return refused("wrong_branch", left);
    return describe(context, { bare, clone, taken: taken.value, commit: taken.value.commit ?? clone.headCommit });
  });
}

interface Description {
  readonly bare: Bare;
  readonly clone: PreparedClone;
  readonly taken: TakenIn;
  readonly commit: CommitSha;
}

async function describe(context: Context, { bare, clone, taken, commit }: Description): Promise<Collected> {
  const from = await bare.mergeBase(clone.baseCommit, commit);
  if (from === undefined) return refused("wrong_branch", "The branch shares no history with its base any more.");
  const commits = Number(await bare.text(["rev-list", "--count", `${clone.baseCommit}..${commit}`]));
  const strays = taken.strays.map(({ name }) => name);
  if (commits === 0 && strays.length > 0) {
    return refused(
      "wrong_branch",
      `The branch has no commit of its own, but there are some on ${strays.slice(0, 5).join(", ")}.`,
    );
  }
  return {
    kind: "collected",
    commit,
    tree: unwrap(parseTreeSha(await bare.text(["rev-parse", "--verify", `${commit}^{tree}`]))),
    commits,
    diff: await diffStat(context.git, { gitDir: bare.gitDir, from, to: commit }),
    strays,
  };
}

/** How the agent left its branch; absent when it did not. A detached HEAD on the branch's own commit is no harm. */
function leftBranch(taken: TakenIn, clone: PreparedClone): string | undefined {
  const { headRef, headCommit } = taken.state;
  if (taken.commit === undefined) return `The branch ${clone.branch} does not exist in the clone any more.`;
  if (headRef !== undefined && headRef !== `refs/heads/${clone.branch}`)
    return `The clone is on ${headRef.slice(0, 200)}.`;
  if (headRef === undefined && headCommit !== taken.commit) return "The clone is on no branch, at another commit.";
  return undefined;
}

function refusedFor(fault: CloneFault): Collected {
  return refused(
    fault.kind === "broken" ? "wrong_branch" : "unsafe_tree",
    `The clone can't be trusted: ${fault.detail}.`,
  );
}

function refused(reason: Reason, detail: string): Collected {
  return { kind: "refused", reason, detail };
}
