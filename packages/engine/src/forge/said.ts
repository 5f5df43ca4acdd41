import { taskKey, type DomainWrite, type ForgeComment, type TaskNote, type TaskRef } from "@orch/core";
import { replyMark, type Call } from "@orch/forge";

import { markerOf, type Site } from "./site.ts";

/** A comment of somebody else's, where it was said. */
export interface Said {
  readonly site: Site;
  readonly comment: ForgeComment;
  /** What it says to orch by name; absent: it does not call orch. */
  readonly call?: Call;
}

/** A comment as a note of its task, by whose id an agent is told of it once. */
export function noteOf({ id, author, createdAt: at }: ForgeComment, text: string): TaskNote & { readonly id: string } {
  return { id: `comment-${id}`, from: `github:${author.login}`, text, at };
}

/** Where it is written down that a comment about a task, or about what may become one, was acted on. */
export function actedOn(ref: TaskRef, comment: number): string {
  return `comment ${taskKey(ref)} ${comment}`;
}

/** Writes that down. */
export function keepActedOn(ref: TaskRef, comment: number): DomainWrite {
  return { kind: "cursor:put", name: actedOn(ref, comment), value: comment };
}

/** Every comment is answered once; an answer that is there is found again by its mark. */
export async function answer({ site, comment }: Said, text: string): Promise<void> {
  const { thread, id, author } = comment;
  const marker = markerOf(site, replyMark(id), thread);
  await site.forge.putComment({ thread, marker, body: `@${author.login}: ${text}` });
  await site.forge.react({ comment: id, content: "eyes" });
}
