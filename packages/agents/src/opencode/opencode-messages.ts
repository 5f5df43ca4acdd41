import type { Json } from "@orch/core";
import { textAt, fieldAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import { request, sessionPath, type OpencodeTalk, type SentMessage } from "./opencode-talk.ts";

const PART = "prt_orch_";
/** Stands for the part of the task, whose id opencode chooses. */
const TASK = "the task";

/** Posts the task; people's messages come after it. `refused` is called when opencode does not take it. */
export function postTask(talk: OpencodeTalk, refused: () => void): void {
  const body = promptBody(talk.options, { text: textAt(talk.options, "message") ?? "" });
  talk.posting = TASK;
  request(talk, { method: "POST", path: sessionPath(talk, "/prompt_async"), body }, ({ status }) => {
    if (status < 200 || status >= 300) refused();
  });
}

/** Takes a person's message, once: it is posted in its turn, and joins the running turn at its next step. */
export function takeMessage(
  talk: OpencodeTalk,
  { id, text }: { readonly id: string; readonly text: string },
): { accepted: boolean; why: string } {
  if (talk.messages.has(partId(id))) return { accepted: true, why: "already taken" };
  if (talk.phase === "ended") return { accepted: false, why: "the agent has finished" };
  if (text.trim() === "") return { accepted: false, why: "the message is empty" };
  const message: SentMessage = { id, text, state: "waiting" };
  talk.messages.set(partId(id), message);
  postNext(talk);
  return { accepted: true, why: talk.busy ? "joins the running turn" : "joins the next turn" };
}

/** Notes that a user message shows one of ours; the id that it was delivered under, the first time. */
export function showMessage(talk: OpencodeTalk, part: unknown): string | undefined {
  const id = textAt(part, "id") ?? "";
  const old = talk.recalled.has(textAt(part, "messageID") ?? "");
  if (talk.posting === id || (talk.posting === TASK && !old)) {
    talk.posting = "";
    postNext(talk);
  }
  const message = talk.messages.get(id);
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

/** One after the other: opencode takes what is posted at the same time in any order. */
function postNext(talk: OpencodeTalk): void {
  if (talk.phase !== "working" || talk.posting !== "") return;
  const next = [...talk.messages].find(([, { state }]) => state === "waiting");
  if (next === undefined) return;
  const [part, message] = next;
  message.state = "sent";
  talk.posting = part;
  const body = promptBody(talk.options, { id: part, text: message.text });
  request(talk, { method: "POST", path: sessionPath(talk, "/prompt_async"), body }, ({ status, body: problem }) => {
    if (status >= 200 && status < 300) return;
    // It was not taken: nobody shall wait for it.
    talk.messages.delete(part);
    const why = `opencode refused the message: ${headline(JSON.stringify(problem) ?? "")}`;
    talk.host.note(why);
    talk.host.refused?.(message.id, why);
    if (talk.posting !== part) return;
    talk.posting = "";
    postNext(talk);
  });
}

/** The body of a prompt: the same model and system prompt with every one, or opencode would take its defaults. */
function promptBody(options: Json, part: { readonly id?: string; readonly text: string }): Json {
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

// Unique over all runs of a conversation, as opencode keeps it in its database.
function partId(id: string): string {
  return `${PART}${id.replaceAll(/[^A-Za-z0-9-]/g, (char) => `_${(char.codePointAt(0) ?? 0).toString(16)}_`)}`;
}
