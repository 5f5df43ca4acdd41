import { taskKey, type DomainWrite, type ForgeIssue, type Json, type Store, type TaskRef } from "@orch/core";

import { asSeenIssue, type SeenIssue } from "./issue-words.ts";

/** What was seen last of a task's issue; undefined: nobody has looked. */
export async function readSeen(store: Pick<Store, "cursor">, ref: TaskRef): Promise<SeenIssue | undefined> {
  return asSeenIssue(await store.cursor(cursorName(ref)));
}

/** Writes down what was seen of a task's issue. */
export function keepSeen(ref: TaskRef, seen: SeenIssue): DomainWrite {
  return { kind: "cursor:put", name: cursorName(ref), value: JSON.parse(JSON.stringify(seen)) as Json };
}

/** Writes down that orch itself closed or opened a task's issue: that is news to nobody. */
export async function keepState(
  store: Pick<Store, "cursor">,
  { ref, state }: { readonly ref: TaskRef; readonly state: ForgeIssue["state"] },
): Promise<readonly DomainWrite[]> {
  const seen = await readSeen(store, ref);
  return seen === undefined ? [] : [keepSeen(ref, { ...seen, state })];
}

/** The state to write down after a look that began at `before`: orch may have closed or opened the issue meanwhile. */
export async function stateAfter(
  store: Pick<Store, "cursor">,
  look: { readonly ref: TaskRef; readonly before: SeenIssue | undefined; readonly state: ForgeIssue["state"] },
): Promise<ForgeIssue["state"]> {
  const now = await readSeen(store, look.ref);
  return now === undefined || now.state === look.before?.state ? look.state : now.state;
}

function cursorName(ref: TaskRef): string {
  return `issue ${taskKey(ref)}`;
}
