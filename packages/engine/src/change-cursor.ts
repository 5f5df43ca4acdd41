import { orchError, type CommitResult, type DomainWrite, type Json, type Store, type Unit } from "@orch/core";

/** How often a unit is tried that others were quicker than. */
export const TRIES = 20;

/**
 * A change of what is kept under a name, to be committed with what brings it. Where somebody else changed it in between,
 * the unit is a `conflict`: read anew and try again, as `moveTask` and `commitAnew` do.
 */
export async function changeCursor(
  store: Pick<Store, "cursor">,
  { name, change }: { readonly name: string; readonly change: (kept: Json | undefined) => Json },
): Promise<DomainWrite> {
  const kept = await store.cursor(name);
  return { kind: "cursor:put", name, value: change(kept), was: kept ?? null };
}

/** Commits a unit that is made anew after each conflict. Throws `conflict` after 20 of them, and what the store throws. */
export async function commitAnew(store: Pick<Store, "commit">, unit: () => Promise<Unit>): Promise<CommitResult> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const result = await store.commit(await unit());
    if (result.ok || result.why !== "conflict") return result;
  }
  throw orchError("conflict", `what a unit changes was changed by others ${TRIES} times in a row`);
}
