import type { Json } from "@orch/core";
import { textAt, fieldAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import { request, sessionPath, type OpencodeTalk, type SentMessage } from "./opencode-talk.ts";

const PART = "prt_orch_";

/** Takes a person's message, once: it is posted at once, and joins the running turn at its next step. */
export function takeMessage(
  talk: OpencodeTalk,
  { id, text }: { readonly id: string; readonly text: string },
): { accepted: boolean; why: string } {
  if (talk.messages.has(partId(id))) return { accepted: true, why: "already taken" };
  if (talk.phase === "ended") return { accepted: false, why: "the agent has finished" };
  if (text.trim() === "") return { accepted: false, why: "the message is empty" };
  const message: SentMessage = { id, text, state: "waiting" };
  talk.messages.set(partId(id), message);
  if (talk.phase === "working") post(talk, message);
  return { accepted: true, why: talk.busy ? "joins the running turn" : "joins the next turn" };
}

/** Posts what came before there was a session. */
export function postWaiting(talk: OpencodeTalk): void {
  for (const message of talk.messages.values()) if (message.state === "waiting") post(talk, message);
}

/** The body of a prompt: the same model and system prompt with every one, or opencode would take its defaults. */
export function promptBody(options: Json, part: { readonly id?: string; readonly text: string }): Json {
  const model = fieldAt(options, "model");
  const system = textAt(options, "system") ?? "";
  const variant = textAt(options, "effort");
  return {
    parts: [{ ...part, type: "text" }],
    ...(model === undefined ? {} : { model: model as Json }),
    ...(system === "" ? {} : { system }),
    ...(variant === undefined ? {} : { variant }),
  };
}

/** Notes that a user message shows one of ours; the id that it was delivered under, the first time. */
export function showMessage(talk: OpencodeTalk, part: unknown): string | undefined {
  const message = talk.messages.get(textAt(part, "id") ?? "");
  if (message?.state !== "sent") return undefined;
  message.state = "shown";
  message.carrier = textAt(part, "messageID") ?? "";
  return message.id;
}

/** Notes that the model was asked with all user messages up to this one: its ids grow with time. */
export function answerMessages(talk: OpencodeTalk, parent: string): void {
  for (const message of talk.messages.values()) {
    if (message.state === "shown" && (message.carrier ?? "") <= parent) message.state = "answered";
  }
}

/** True while a message is on its way that the model was not asked with yet. */
export function hasUnanswered(talk: OpencodeTalk): boolean {
  return [...talk.messages.values()].some(({ state }) => state !== "answered");
}

function post(talk: OpencodeTalk, message: SentMessage): void {
  message.state = "sent";
  const body = promptBody(talk.options, { id: partId(message.id), text: message.text });
  request(talk, { method: "POST", path: sessionPath(talk, "/prompt_async"), body }, ({ status, body: problem }) => {
    if (status >= 200 && status < 300) return;
    // It was not taken: nobody shall wait for it.
    talk.messages.delete(partId(message.id));
    talk.host.note(`opencode refused the message: ${headline(JSON.stringify(problem) ?? "")}`);
  });
}

// Unique over all runs of a conversation, as opencode keeps it in its database.
function partId(id: string): string {
  return `${PART}${id.replaceAll(/[^A-Za-z0-9-]/g, (char) => `_${(char.codePointAt(0) ?? 0).toString(16)}_`)}`;
}
