import { parseTaskId, type ForgeIssue, type Task, type TaskId } from "@orch/core";
import { verifyMarker } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { isSelf, placeOfMarks, type Site } from "./site.ts";

const SUBJECT = /#([^#/]+)\/\d+\/\d+$/;
const OWN_MARK = /^<!-- orch:part:[\w-]+:[\w-]+ -->\n?/;

/** The task that an issue is a part of, when orch opened the issue itself, which a mark of its own shows. */
export async function parentOfPart(deps: EngineDeps, site: Site, issue: ForgeIssue): Promise<Task | undefined> {
  const { forge, key } = site;
  const marks = verifyMarker(issue.body, { key, place: placeOfMarks(forge) });
  const subject = marks.find(({ kind }) => kind === "part")?.subject;
  if (subject === undefined || !(await isSelf(forge, issue.author))) return undefined;
  const id = parseTaskId(SUBJECT.exec(subject)?.[1] ?? "");
  return id.ok ? deps.store.task({ project: forge.project, id: id.value }) : undefined;
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
