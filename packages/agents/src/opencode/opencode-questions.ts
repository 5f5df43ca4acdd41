import { fieldAt, listAt, textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import { request, type OpencodeTalk } from "./opencode-talk.ts";

/** Passes on what opencode asks; without people to ask, or in a subagent nobody watches, the answer is no at once. */
export function askPerson(talk: OpencodeTalk, properties: unknown): void {
  const id = textAt(properties, "id");
  if (id === undefined || talk.questions.has(id)) return;
  talk.questions.add(id);
  const tool = textAt(properties, "permission");
  const what = headline(describe(properties));
  talk.host.emit({ type: "permission:requested", id, what, ...(tool === undefined ? {} : { tool }) });
  if (fieldAt(talk.options, "supervised") !== true) {
    answerQuestion(talk, { id, allow: false, why: "nobody is there to allow it" });
  }
}

/** Answers a question; false when there is none of that id (any more). */
export function answerQuestion(
  talk: OpencodeTalk,
  { id, allow, why }: { readonly id: string; readonly allow: boolean; readonly why: string },
): boolean {
  if (!talk.questions.delete(id)) return false;
  // A refusal without words would end the turn at once; with them the model can go on otherwise.
  const body = allow ? { reply: "once" } : { reply: "reject", message: why === "" ? "not allowed" : why };
  request(talk, { method: "POST", path: `/permission/${encodeURIComponent(id)}/reply`, body });
  talk.host.emit({ type: "permission:answered", id, allowed: allow });
  return true;
}

/** Somebody else, at a terminal of opencode's own, answered. */
export function noteReply(talk: OpencodeTalk, properties: unknown): void {
  const id = textAt(properties, "requestID");
  if (id === undefined || !talk.questions.delete(id)) return;
  talk.host.emit({ type: "permission:answered", id, allowed: textAt(properties, "reply") !== "reject" });
}

/** A question of the model's own has no place to go: it is declined and told. */
export function declineQuestion(talk: OpencodeTalk, properties: unknown): void {
  const id = textAt(properties, "id");
  if (id === undefined) return;
  const what = headline(textAt(listAt(properties, "questions")[0], "question") ?? "a question");
  talk.host.emit({ type: "permission:requested", id, what, tool: "question" });
  request(talk, { method: "POST", path: `/question/${encodeURIComponent(id)}/reject` });
  talk.host.emit({ type: "permission:answered", id, allowed: false });
}

function describe(properties: unknown): string {
  const command = textAt(properties, "metadata", "command") ?? textAt(properties, "metadata", "filepath");
  const patterns = listAt(properties, "patterns").filter((pattern) => typeof pattern === "string");
  return command ?? `${textAt(properties, "permission") ?? "something"} ${patterns.join(", ")}`;
}
