import { taskKey, type ForgeIssue, type TaskRef } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { moveTask, type Moved, type MoveRequest } from "../move-task.ts";
import { keepTaskOf } from "./issue-of-task.ts";
import { readIssue, seenIssue } from "./issue-words.ts";
import { keepSeen } from "./seen-issues.ts";
import type { Site } from "./site.ts";

interface Becoming {
  readonly site: Site;
  /** A task that began here. */
  readonly ref: TaskRef;
  readonly issue: ForgeIssue;
  /** The job that this ends; absent: it belongs to none. */
  readonly job?: Pick<MoveRequest, "holding" | "settle">;
}

/** Makes an issue the one of a task, once; from then on it is followed like any other. */
export function becomeIssue(deps: EngineDeps, { site, ref, issue, job = {} }: Becoming): Promise<Moved> {
  const seen = seenIssue(issue, readIssue(issue, { settings: site.settings, ours: [] }), []);
  const number = Number(issue.id);
  return moveTask(deps, {
    ref,
    event: { type: "task:published", issue: { number, url: issue.url } },
    key: `${taskKey(ref)} published`,
    actor: "engine",
    ...job,
    writes: () => [keepTaskOf(ref, number), keepSeen(ref, seen)],
  });
}
