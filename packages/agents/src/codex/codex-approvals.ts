import type { AgentEvent, Json } from "@orch/core";
import { listAt, textAt } from "@orch/parser";

import { headline } from "../bounded-text.ts";
import type { Incoming, JsonRpc } from "../json-rpc.ts";

// Codex is told never to ask. What it asks nevertheless is declined: the sandbox around it decides what is possible.
const DECLINE: Readonly<Record<string, Json>> = {
  "item/commandExecution/requestApproval": { decision: "decline" },
  "item/fileChange/requestApproval": { decision: "decline" },
  "item/permissions/requestApproval": { permissions: {}, scope: "turn" },
  "mcpServer/elicitation/request": { action: "decline", content: null },
  execCommandApproval: { decision: { denied: { rejection: "orch declines" } } },
  applyPatchApproval: { decision: { denied: { rejection: "orch declines" } } },
};
const QUESTION = "item/tool/requestUserInput";

/** Answers a request of codex's own with no, and tells of those that a person would have been asked. */
export function declineRequest(
  rpc: JsonRpc,
  request: Incoming & { readonly id: string | number },
): readonly AgentEvent[] {
  const decline = Object.hasOwn(DECLINE, request.method) ? DECLINE[request.method] : undefined;
  if (decline === undefined) rpc.refuse(request.id, "orch has no answer to that");
  else rpc.respond(request.id, decline);
  if (decline === undefined && request.method !== QUESTION) return [];
  const id = String(request.id);
  return [
    { type: "permission:requested", id, what: whatIsAsked(request) },
    { type: "permission:answered", id, allowed: false },
  ];
}

function whatIsAsked({ method, params }: Incoming): string {
  const question = textAt(listAt(params, "questions")[0], "question");
  return headline(
    textAt(params, "command") ?? textAt(params, "reason") ?? question ?? textAt(params, "message") ?? method,
  );
}
