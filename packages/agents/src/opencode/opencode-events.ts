import { fieldAt, listAt, numberAt, textAt } from "@orch/parser/text";

import { opencodeFailure, retryFailure } from "./opencode-failure.ts";
import { answerMessages, showMessage } from "./opencode-messages.ts";
import { askPerson, declineQuestion, noteReply } from "./opencode-questions.ts";
import { request, sessionPath, tellFailure, type OpencodeTalk } from "./opencode-talk.ts";
import { beginTurn, finishTurn } from "./opencode-turns.ts";

type Handler = (talk: OpencodeTalk, properties: unknown) => void;

const EVENTS: Readonly<Record<string, Handler>> = {
  "session.created": familyEvent,
  "session.status": statusEvent,
  "session.error": (talk, properties) => errorEvent(talk, fieldAt(properties, "error")),
  "session.idle": (talk, properties) => {
    if (isOwn(talk, properties)) finishTurn(talk);
  },
  "message.updated": (talk, properties) => messageEvent(talk, fieldAt(properties, "info")),
  "message.part.updated": (talk, properties) => partEvent(talk, fieldAt(properties, "part")),
  "permission.asked": askPerson,
  "permission.replied": noteReply,
  "question.asked": declineQuestion,
};

/** Follows one event of the server; those of other sessions than the conversation's own, and unknown ones, are ignored. */
export function followEvent(talk: OpencodeTalk, event: unknown): void {
  const type = textAt(event, "type") ?? "";
  const properties = fieldAt(event, "properties");
  if (!Object.hasOwn(EVENTS, type)) return;
  const session = textAt(properties, "sessionID") ?? textAt(properties, "info", "sessionID");
  const known = session === undefined || talk.family.has(session);
  if (known || type === "session.created") EVENTS[type]?.(talk, properties);
}

/** Follows a stored message `{info, parts}` as if its events came now; what was told already is not told again. */
export function followStored(talk: OpencodeTalk, message: unknown): void {
  const info = fieldAt(message, "info");
  if (talk.recalled.has(textAt(info, "id") ?? "")) return;
  messageEvent(talk, info);
  errorEvent(talk, fieldAt(info, "error"));
  for (const part of listAt(message, "parts")) partEvent(talk, part);
}

function isOwn(talk: OpencodeTalk, properties: unknown): boolean {
  return textAt(properties, "sessionID") === talk.session;
}

/** Subagents work in sessions of their own: what they do counts, what they say does not. */
function familyEvent(talk: OpencodeTalk, properties: unknown): void {
  const id = textAt(properties, "info", "id");
  if (id !== undefined && talk.family.has(textAt(properties, "info", "parentID") ?? "")) talk.family.add(id);
}

function statusEvent(talk: OpencodeTalk, properties: unknown): void {
  if (!isOwn(talk, properties)) return;
  const status = fieldAt(properties, "status");
  const type = textAt(status, "type");
  if (type === "busy") return beginTurn(talk);
  if (type !== "retry") return;
  const failure = retryFailure(status);
  talk.host.emit({ type: "retry", failure });
  const allowed = numberAt(talk.options, "maxRetries");
  if (allowed === undefined || (numberAt(status, "attempt") ?? 0) <= allowed) return;
  tellFailure(talk, failure);
  request(talk, { method: "POST", path: sessionPath(talk, "/abort") });
}

function errorEvent(talk: OpencodeTalk, error: unknown): void {
  if (error === undefined) return;
  const failure = opencodeFailure(error);
  if (failure.class === "interrupted") talk.aborted = true;
  else tellFailure(talk, failure);
}

function messageEvent(talk: OpencodeTalk, info: unknown): void {
  const id = textAt(info, "id");
  const role = textAt(info, "role");
  if (id === undefined || role === undefined) return;
  talk.roles.set(id, role);
  if (role === "assistant" && isOwn(talk, info)) answerMessages(talk, textAt(info, "parentID") ?? "");
}

function partEvent(talk: OpencodeTalk, part: unknown): void {
  const own = isOwn(talk, part);
  if (talk.roles.get(textAt(part, "messageID") ?? "") === "user") {
    const shown = own ? showMessage(talk, part) : undefined;
    if (shown !== undefined) talk.host.emit({ type: "message:delivered", messageId: shown });
    return;
  }
  const type = textAt(part, "type");
  if (!own && (type === "text" || type === "reasoning")) return;
  if (own && type === "step-start") beginTurn(talk);
  if (own && type === "step-finish") talk.lastReason = textAt(part, "reason") ?? "";
  for (const event of talk.parts.read(part, textAt(talk.options, "cwd") ?? "/")) talk.host.emit(event);
}
