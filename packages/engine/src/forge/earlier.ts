import type { Found } from "@orch/core";
import { earlierPull } from "@orch/forge";

import type { ReadIssue } from "./issue-words.ts";
import type { Site } from "./site.ts";

/**
 * What an earlier orch left of an issue that is new here, as its labels tell: its pull request, or a question for a
 * person. Undefined: nothing; it begins as any other. `waits`: it is blocked by what orch sees as well.
 */
export async function earlierWork(
  { forge, settings }: Site,
  { read, number, waits }: { readonly read: ReadIssue; readonly number: number; readonly waits: boolean },
): Promise<Found | undefined> {
  const { status } = read.labels;
  if (status === undefined || status === "new" || status === "routed") return undefined;
  const there = earlierPull(await forge.openPulls(), number);
  if (there !== undefined) {
    const { url, branch, base, head } = there;
    const isOwnDraft = there.draft && there.author.id === (await forge.self()).id;
    // No attempt of this orch made it, and none of its checks: it never merges it unseen (law 3).
    const result = { branch, base, commit: head, attempt: 0, checks: 0 };
    const pull = { number: there.number, url, ...(isOwnDraft ? { draft: true as const } : {}) };
    return { kind: "pull", pull, result };
  }
  if (status === "in_progress" || (status === "blocked" && waits)) return undefined;
  const label = settings.labels.names[`status_${status}`];
  const why = status === "in_review" ? ", but no open pull request belongs to it" : " when orch came";
  return { kind: "held", detail: `The issue was labelled as ${label}${why}. Say /retry to have it worked on.` };
}
