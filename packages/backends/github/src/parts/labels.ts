import { isOrchError, type Forge } from "@orch/core";

import type { Client } from "../client/client.ts";
import { issueShape, parse } from "./shapes.ts";

/** Labels of the repository and of issues. */
export function labelParts(client: Client): Pick<Forge, "ensureLabels" | "setLabels"> {
  return {
    async ensureLabels(wanted) {
      const names = new Set(
        (await client.list("/labels", { lane: "housekeeping" })).map((body) =>
          (body as { readonly name: string }).name.toLowerCase(),
        ),
      );
      for (const { name, color, description } of wanted) {
        if (!names.has(name.toLowerCase())) await madeOrThere(client, { name, color, description });
      }
    },
    async setLabels({ id, add, remove }) {
      const body = await client.get(`/issues/${id}`);
      const found = body === undefined ? undefined : parse(issueShape, body).issue;
      const there = new Set((found?.labels ?? []).map((name) => name.toLowerCase()));
      const missing = add.filter((name) => !there.has(name.toLowerCase()));
      if (missing.length > 0 || found === undefined)
        await client.write(`POST /issues/${id}/labels`, { labels: missing });
      for (const name of remove) {
        if (there.has(name.toLowerCase())) await goneOrNot(client, `/issues/${id}/labels/${encodeURIComponent(name)}`);
      }
    },
  };
}

/** Somebody else may have made it at the same moment. */
async function madeOrThere(client: Client, label: { name: string; color: string; description: string }): Promise<void> {
  try {
    await client.write("POST /labels", label);
  } catch (error) {
    if (!isOrchError(error, "forge_refused")) throw error;
  }
}

async function goneOrNot(client: Client, path: `/${string}`): Promise<void> {
  try {
    await client.write(`DELETE ${path}`);
  } catch (error) {
    if (!isOrchError(error, "forge_missing")) throw error;
  }
}
