import { parseTaskId, taskKey, type ForgeIssue, type Task, type TaskId, type TaskRef } from "@orch/core";
import { verifyMarker } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { isSelf, placeOfMarks, type Site } from "./site.ts";

const SUBJECT = /#([^#/]+)\/(\d+\/\d+)$/;
const OWN_MARK = /^<!-- orch:part:[\w-]+:[\w-]+ -->\n?/;

/** What an issue is that orch opened as a part of a task. */
export interface HandedOut {
  /** The task that it is a part of. */
  readonly by: Task;
  /** The wish that makes its task, once. */
  readonly wish: string;
}

/** Which part an issue is, when orch opened it itself, which a mark of its own shows; undefined: none. */
export async function partOf(deps: EngineDeps, site: Site, issue: ForgeIssue): Promise<HandedOut | undefined> {
  const { forge, key } = site;
  const marks = verifyMarker(issue.body, { key, place: placeOfMarks(forge) });
  const subject = marks.find(({ kind }) => kind === "part")?.subject;
  if (subject === undefined || !(await isSelf(forge, issue.author))) return undefined;
  const [, whole = "", place = ""] = SUBJECT.exec(subject) ?? [];
  const id = parseTaskId(whole);
  const by = id.ok ? await deps.store.task({ project: forge.project, id: id.value }) : undefined;
  return by === undefined ? undefined : { by, wish: partWish(by, place) };
}

/**
 * The key of the wish that makes a part's task, whether the part is an issue or not: a whole that is published while its
 * parts are opened, or a forge that takes no issue any more, changes what a part becomes, never how often.
 */
export function partWish(whole: TaskRef, key: string): string {
  return `part ${taskKey(whole)}/${key}`;
}

/** The key of a part's mark: which of an attempt's it is, from 0 on. */
export function partKey(attempt: number, index: number): string {
  return `${attempt}/${index}`;
}

/** An issue of orch's own as people see it. */
export function withoutMark(issue: ForgeIssue): ForgeIssue {
  return { ...issue, body: issue.body.replace(OWN_MARK, "") };
}

/** What a part has from the task that it is a part of. */
export function inherited(parent: Task): {
  readonly parent: TaskId;
  readonly depth: number;
  readonly trust?: Task["trust"] & string;
} {
  const { id, depth = 0, trust } = parent;
  return { parent: id, depth: depth + 1, ...(trust === undefined ? {} : { trust }) };
}
