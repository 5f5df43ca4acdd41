import { fieldAt, listAt, textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import { judgeAct, rulesIn, type WantedAct } from "../permission-rules.ts";
import type { AcpTalk } from "./acp-talk.ts";

/** Answers `session/request_permission` by the rules, or passes it on to people. */
export function takeQuestion(talk: AcpTalk, request: { readonly id: string | number; readonly params: unknown }): void {
  const call = fieldAt(request.params, "toolCall");
  const known = talk.updates.aboutCall(textAt(call, "toolCallId") ?? "");
  const title = textAt(call, "title") ?? known.title;
  const kind = textAt(call, "kind") ?? known.kind;
  const command = textAt(call, "rawInput", "command") ?? textAt(known.input, "command") ?? title;
  const rules = rulesIn(talk.options);
  const decision = rules === undefined ? "allow" : judgeAct(rules, wantedAct(kind, command));
  const id = String(request.id);
  const what = headline(kind === "execute" ? command : title);
  talk.host.emit({ type: "permission:requested", id, what, tool: kind });
  talk.questions.set(id, { id: request.id, options: listAt(request.params, "options") });
  if (decision !== "ask") answerQuestion(talk, { id, allow: decision === "allow" });
}

// The tools of the common rules by the protocol's kinds.
const TOOLS: Readonly<Record<string, string>> = { read: "Read", search: "Grep", fetch: "WebFetch" };

function wantedAct(kind: string, command: string): WantedAct {
  if (kind === "execute") return { kind: "command", command };
  if (kind === "edit" || kind === "delete" || kind === "move") return { kind: "edit" };
  return { kind: "tool", tool: TOOLS[kind] ?? kind };
}

/** Answers a question; false when there is none of that id (any more). */
export function answerQuestion(
  talk: AcpTalk,
  { id, allow }: { readonly id: string; readonly allow: boolean },
): boolean {
  const question = talk.questions.get(id);
  if (question === undefined) return false;
  talk.questions.delete(id);
  const optionId = optionFor(question.options, allow);
  const outcome = optionId === undefined ? { outcome: "cancelled" } : { outcome: "selected", optionId };
  talk.rpc.respond(question.id, { outcome });
  talk.host.emit({ type: "permission:answered", id, allowed: allow && optionId !== undefined });
  return true;
}

/** The protocol wants every open question answered before a turn is cancelled. */
export function cancelQuestions(talk: AcpTalk): void {
  for (const { id } of talk.questions.values()) talk.rpc.respond(id, { outcome: { outcome: "cancelled" } });
  for (const id of talk.questions.keys()) talk.host.emit({ type: "permission:answered", id, allowed: false });
  talk.questions.clear();
}

/** The narrowest answer that an agent offers for a yes or a no; undefined: it offers none. */
function optionFor(options: readonly unknown[], allow: boolean): string | undefined {
  const wanted = allow ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"];
  const found = wanted.flatMap((kind) => options.filter((option) => textAt(option, "kind") === kind));
  return textAt(found[0], "optionId");
}
