import { isInternalTask, orchError, type Forge } from "@orch/core";
import { z } from "zod";

import { BRANCHES_OF_ISSUE, LINK_BRANCH } from "../client/queries.ts";
import { isFork, type Repository } from "../repository.ts";

const found = z.object({
  repository: z.object({
    ref: z.object({ name: z.string() }).nullable(),
    issue: z
      .object({
        id: z.string(),
        linkedBranches: z.object({ nodes: z.array(z.object({ ref: z.object({ name: z.string() }).nullable() })) }),
      })
      .nullable(),
  }),
});
const made = z.object({ createLinkedBranch: z.object({ linkedBranch: z.object({ id: z.string() }).nullable() }) });

/** What an issue shows under "Development", by GraphQL: REST knows nothing of it (seed row A85). */
export function linkedBranchesOf(repository: Repository): Pick<Forge, "linkBranch"> {
  const { client, at, fullName } = repository;
  return {
    async linkBranch({ issue, branch, commit }) {
      if (isFork(repository) || isInternalTask(issue)) return false;
      const where = { ...at, number: Number(issue), ref: `refs/heads/${branch}` };
      const known = whole(found, await client.graphql("housekeeping", BRANCHES_OF_ISSUE, where)).repository;
      if (known.issue === null) throw orchError("forge_missing", `${fullName} has no issue ${issue}`);
      const isLinked = known.issue.linkedBranches.nodes.some(({ ref }) => ref?.name === branch);
      // GitHub links only what it makes itself.
      if (isLinked || known.ref !== null) return isLinked;
      const link = { issue: known.issue.id, branch, commit };
      const answer = whole(made, await client.graphql("housekeeping", LINK_BRANCH, link));
      return answer.createLinkedBranch.linkedBranch !== null;
    },
  };
}

function whole<Shape extends z.ZodType>(shape: Shape, told: unknown): z.infer<Shape> {
  const read = shape.safeParse(told);
  if (read.success) return read.data;
  throw orchError("forge_unreachable", "GitHub's answer about an issue's branches is no whole one");
}
