import { isOrchError, type Forge } from "@orch/core";

import type { Client } from "../client/client.ts";

/** Branches of the repository. */
export function branchParts(client: Client): Pick<Forge, "deleteBranch"> {
  return {
    async deleteBranch({ branch, expected }) {
      const path = `/git/ref/heads/${branch}`;
      const body = (await client.get(path)) as { readonly object?: { readonly sha?: string } } | undefined;
      if (body === undefined) return true;
      if (body.object?.sha !== expected) return false;
      try {
        await client.write(`DELETE /git/refs/heads/${branch}`);
      } catch (error) {
        if (!isOrchError(error, "forge_missing") && !isOrchError(error, "forge_refused")) throw error;
      }
      return (await client.get(path)) === undefined;
    },
  };
}
