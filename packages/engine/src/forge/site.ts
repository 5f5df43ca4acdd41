import type { Forge, ForgeComment, ForgeSettings, ForgeUser, ProjectId } from "@orch/core";
import { isOwnText, markPlace, type Mark } from "@orch/forge";
import { signMarker, verifyMarker } from "@orch/security";

import type { EngineDeps } from "../deps.ts";

/** A project's side on its forge. */
export interface Site {
  readonly forge: Forge;
  readonly settings: ForgeSettings;
  /** Signs what orch says there, and names the texts that people approve. */
  readonly key: Uint8Array;
}

/** A project's site; undefined: it is on no forge. */
export function siteOf(deps: Pick<EngineDeps, "forges" | "projects">, project: ProjectId): Site | undefined {
  const forge = deps.forges?.of(project);
  const settings = deps.projects.get(project)?.forge;
  if (deps.forges === undefined || forge === undefined || settings === undefined) return undefined;
  return { forge, settings, key: deps.forges.key };
}

/** Where a mark stands that orch signs for a thread, or, without one, for what opens it; the same when the repository is renamed. */
export function placeOfMarks({ repository, markedAs = repository }: Forge, thread?: number): string {
  return markPlace(markedAs, thread);
}

/** What the forge hides in a text so that orch knows it again; `thread` is absent for what opens one. */
export function markerOf({ forge, key }: Site, mark: Mark, thread?: number): string {
  const signed = signMarker(mark, { key, place: placeOfMarks(forge, thread) });
  // The forge puts its own signs of a comment around it.
  return signed.replace(/^<!-- /, "").replace(/ -->$/, "");
}

/** Whether somebody is orch, now or as it spoke before its access changed; what they say is orch's own only with its mark. */
export async function isSelf(forge: Forge, { id }: Pick<ForgeUser, "id">): Promise<boolean> {
  const selves = await forge.selves?.();
  return selves?.has(id) ?? id === (await forge.self()).id;
}

/** Whether orch itself said something: then it is nobody's word (law 7). */
export async function isOwn(
  { forge, key }: Site,
  comment: Pick<ForgeComment, "author" | "body" | "thread">,
): Promise<boolean> {
  const place = placeOfMarks(forge, comment.thread);
  const marked = verifyMarker(comment.body, { key, place }).length > 0;
  const self = await forge.self();
  // An earlier orch did not sign what it said as the same user.
  const isEarlier = comment.body.startsWith("<!-- orch:") && (await isSelf(forge, comment.author));
  return isEarlier || isOwnText({ author: comment.author, marked }, self);
}
