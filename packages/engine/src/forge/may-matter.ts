import type { ForgeIssue } from "@orch/core";
import { decideIntake } from "@orch/forge";
import { verifyMarker } from "@orch/security";

import type { EngineDeps } from "../deps.ts";
import { taskOfIssue } from "./issue-of-task.ts";
import { placeOfMarks, type Site } from "./site.ts";

/**
 * Whether an issue of a list may be, become or hold up a task, by what the list says of it: its labels, its state, its
 * text. Only of those that may is more asked; a large repository has thousands that may not.
 */
export async function mayMatter({ store }: Pick<EngineDeps, "store">, site: Site, issue: ForgeIssue): Promise<boolean> {
  const { forge, settings, key } = site;
  const { project } = forge;
  if ((await taskOfIssue(store, { project, number: Number(issue.id) })) !== undefined) return true;
  if (issue.state === "closed") return (await store.dependents({ project, id: issue.id })).length > 0;
  if (verifyMarker(issue.body, { key, place: placeOfMarks(forge) }).length > 0) return true;
  // Nobody's role makes more of an issue that was not asked for.
  const decision = decideIntake({ issue, role: "admin", comments: [], approvals: [] }, { settings, key });
  return decision.kind !== "skip" || decision.why === "not_asked";
}
