import {
  parseTaskId,
  parseTaskRef,
  type DomainWrite,
  type ForgeIssue,
  type Store,
  type Task,
  type TaskRef,
} from "@orch/core";
import { verifyMarker } from "@orch/security";

import { isSelf, placeOfMarks, type Site } from "./site.ts";

/** The task of an issue: the one with its number, else the one that began here and became it. */
export async function taskOfIssue(
  store: Pick<Store, "task" | "cursor">,
  { project, number }: { readonly project: TaskRef["project"]; readonly number: number },
): Promise<Task | undefined> {
  const id = parseTaskId(String(number));
  if (!id.ok) return undefined;
  const own = await store.task({ project, id: id.value });
  if (own !== undefined) return own;
  const kept = await store.cursor(cursorName(project, number));
  const local = typeof kept === "string" ? parseTaskId(kept) : undefined;
  return local?.ok === true ? store.task({ project, id: local.value }) : undefined;
}

/** Writes down which task an issue is. */
export function keepTaskOf(ref: TaskRef, number: number): DomainWrite {
  return { kind: "cursor:put", name: cursorName(ref.project, number), value: ref.id };
}

/** The task that orch opened this issue for; undefined: it is anybody's. The mark counts in orch's own words alone. */
export async function publishedAs({ forge, key }: Site, issue: ForgeIssue): Promise<TaskRef | undefined> {
  const marks = verifyMarker(issue.body, { key, place: placeOfMarks(forge) });
  const subject = marks.find(({ kind }) => kind === "task")?.subject;
  if (subject === undefined || !(await isSelf(forge, issue.author))) return undefined;
  const ref = parseTaskRef(subject);
  return ref.ok && ref.value.project === forge.project ? ref.value : undefined;
}

function cursorName(project: TaskRef["project"], number: number): string {
  return `task-of ${project}#${number}`;
}
