import { taskKey, type DomainWrite, type Store, type TaskRef } from "@orch/core";

/** The labels of an issue that orch itself put there, as written down when it did (U49). */
export async function ownLabels(store: Store, task: TaskRef): Promise<readonly string[]> {
  const kept = await store.cursor(cursorName(task));
  return Array.isArray(kept) ? kept.filter((label) => typeof label === "string") : [];
}

/** Writes down which labels of an issue are orch's own. */
export function keepOwnLabels(task: TaskRef, labels: readonly string[]): DomainWrite {
  return { kind: "cursor:put", name: cursorName(task), value: [...labels] };
}

function cursorName(task: TaskRef): string {
  return `labels ${taskKey(task)}`;
}
