import { isOrchError, parseBranchName, parseCommitSha, type BranchName, type CommitSha, type Forge } from "@orch/core";

import { orAbsent } from "../client/forge-errors.ts";
import type { Repository } from "../repository.ts";

/** The commit of a task's branch; undefined when there is none. */
export async function branchTip(
  { client, branchesAt: at }: Repository,
  branch: BranchName,
): Promise<string | undefined> {
  const rest = client.rest("housekeeping");
  return (await orAbsent(rest.git.getRef({ ...at, ref: `heads/${branch}` })))?.data.object.sha;
}

/**
 * Removes branches. GitHub's REST has no removal that is bound to a commit: between the look and the removal lies one
 * request, in which a push would be lost; so only branches of orch's own, after their pull request ended.
 */
export function branchesOf(repository: Repository): Pick<Forge, "branches" | "deleteBranch"> {
  const { client, branchesAt: at } = repository;
  return {
    async branches(prefix) {
      const { data } = await client.rest("housekeeping").git.listMatchingRefs({ ...at, ref: `heads/${prefix}` });
      const rows = data.map(({ ref, object }): [string, string] => [ref.replace(/^refs\/heads\//, ""), object.sha]);
      return new Map(
        rows.flatMap(([name, sha]): [BranchName, CommitSha][] => {
          const [branch, commit] = [parseBranchName(name), parseCommitSha(sha)];
          return branch.ok && commit.ok ? [[branch.value, commit.value]] : [];
        }),
      );
    },
    async deleteBranch({ branch, expected }) {
      const tip = await branchTip(repository, branch);
      if (tip === undefined) return true;
      if (tip !== expected) return false;
      try {
        await client.rest("housekeeping").git.deleteRef({ ...at, ref: `heads/${branch}` });
      } catch (error) {
        const isRefused = isOrchError(error, "forge_refused") || isOrchError(error, "forge_missing");
        if (!isRefused || (await branchTip(repository, branch)) !== undefined) throw error;
      }
      return true;
    },
  };
}
