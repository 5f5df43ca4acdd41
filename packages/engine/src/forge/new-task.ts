import type { Forge, ForgeIssue, TrustTier } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { create } from "../inbox.ts";
import type { ReadIssue } from "./issue-words.ts";

/** Makes the task of an issue, of whose words this is known. */
export async function takeNewIssue(
  deps: EngineDeps,
  taking: {
    readonly forge: Forge;
    readonly issue: ForgeIssue;
    readonly trust: TrustTier;
    readonly read: ReadIssue;
  },
): Promise<void> {
  const { forge, issue, trust, read } = taking;
  const spec = {
    ...read.words,
    source: { kind: "github", id: issue.id, actor: issue.author.login },
    dependsOn: [],
    checks: [],
    ...(trust === "trusted" ? {} : { trust }),
  } as const;
  const made = await create(deps, {
    project: forge.project,
    id: issue.id,
    spec,
    actor: `github:${issue.author.login}`,
    idempotencyKey: `issue ${issue.id}`,
  });
  if (!made.ok) deps.logger.warn({ issue: issue.url, error: made.error }, "an issue could not become a task");
}
