import type { Logger, Store } from "@orch/core";
import { openWorktrees, type Worktrees } from "@orch/workspace";

/** Where the store keeps every folder that clones were made in. */
const CURSOR = "worktrees:bases";

/**
 * Where tasks' clones are made from now on, and where those of earlier starts may be: they are remembered, so that a task
 * that was under way goes on in its clone, and clones are removed wherever they are. Throws `home_unusable`.
 */
export async function openTaskFolders({
  home,
  base,
  store,
  logger,
}: {
  readonly home: string;
  readonly base: string;
  readonly store: Store;
  readonly logger: Logger;
}): Promise<Worktrees> {
  const kept = await store.cursor(CURSOR);
  const known = Array.isArray(kept) ? kept.filter((folder) => typeof folder === "string") : [];
  const worktrees = await openWorktrees({ home, base, earlier: known });
  if (known.includes(worktrees.base)) return worktrees;
  await store.commit({ writes: [{ kind: "cursor:put", name: CURSOR, value: [...known, worktrees.base] }] });
  if (known.length > 0) logger.info({ base: worktrees.base }, "clones are made in another folder from now on");
  return worktrees;
}
