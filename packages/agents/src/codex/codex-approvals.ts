import type { Json } from "@orch/core";
import { listAt, textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import type { Incoming } from "../json-rpc.ts";
import { judgeAct, rulesIn, type WantedAct } from "../permission-rules.ts";
import { commandOf } from "./codex-items.ts";
import type { CodexTalk } from "./codex-talk.ts";

/** A request of codex's own, which has to be answered. */
export type CodexRequest = Incoming & { readonly id: string | number };

const COMMAND = "item/commandExecution/requestApproval";
const EDIT = "item/fileChange/requestApproval";
const QUESTION = "item/tool/requestUserInput";

// What is no act of those that rules know is declined: the sandbox decides what is possible, and nobody is there to ask.
const DECLINE: Readonly<Record<string, Json>> = {
  [COMMAND]: { decision: "decline" },
  [EDIT]: { decision: "decline" },
  "item/permissions/requestApproval": { permissions: {}, scope: "turn" },
  "mcpServer/elicitation/request": { action: "decline", content: null },
  execCommandApproval: { decision: { denied: { rejection: "orch declines" } } },
  applyPatchApproval: { decision: { denied: { rejection: "orch declines" } } },
};

/** True when codex has to ask before it acts, so that the rules can be applied. */
export function mustAsk(options: Json): boolean {
  const rules = rulesIn(options);
  return rules !== undefined && (rules.mode === "supervised" || rules.allow.length + rules.deny.length > 0);
}

/**
 * Answers a request by the rules. What a person would have been asked, or is asked now, is told; what the rules allow
 * is done without a word.
 */
export function answerRequest(talk: CodexTalk, request: CodexRequest): void {
  const rules = rulesIn(talk.options);
  const act = actOf(request);
  const verdict = rules === undefined || act === undefined ? "deny" : judgeAct(rules, act);
  if (verdict === "allow") return talk.rpc.respond(request.id, { decision: "accept" });
  const decline = Object.hasOwn(DECLINE, request.method) ? DECLINE[request.method] : undefined;
  if (decline === undefined) talk.rpc.refuse(request.id, "orch has no answer to that");
  if (decline === undefined && request.method !== QUESTION) return;
  const id = String(request.id);
  talk.host.emit({ type: "permission:requested", id, what: whatIsAsked(request) });
  if (verdict === "ask") return void talk.asked.set(id, request.id);
  if (decline !== undefined) talk.rpc.respond(request.id, decline);
  talk.host.emit({ type: "permission:answered", id, allowed: false });
}

/** Passes a person's answer on; false when nothing of that id is open. */
export function answerAsked(talk: CodexTalk, { id, allow }: { readonly id: string; readonly allow: boolean }): boolean {
  const asked = talk.asked.get(id);
  if (asked === undefined) return false;
  talk.asked.delete(id);
  talk.rpc.respond(asked, { decision: allow ? "accept" : "decline" });
  talk.host.emit({ type: "permission:answered", id, allowed: allow });
  return true;
}

function actOf({ method, params }: Incoming): WantedAct | undefined {
  if (method === COMMAND) return { kind: "command", command: commandOf(params) };
  return method === EDIT ? { kind: "edit" } : undefined;
}

function whatIsAsked({ method, params }: Incoming): string {
  const question = textAt(listAt(params, "questions")[0], "question");
  return headline(
    textAt(params, "command") ?? textAt(params, "reason") ?? question ?? textAt(params, "message") ?? method,
  );
}
