import type { Json } from "@orch/core";
import { fieldAt, textAt } from "@orch/parser/text";

import { headline } from "../bounded-text.ts";
import type { PersonMessage } from "./codex-messages.ts";
import { endTalk, expectResult, type CodexTalk } from "./codex-talk.ts";

/** Asks for a turn with this text; `messageId` when it is a person's message. */
export function startTurn(talk: CodexTalk, text: string, messageId?: string): void {
  talk.phase = "turning";
  talk.turn = "";
  const params = {
    ...turnOptions(talk.options),
    threadId: talk.thread,
    input: userInput(text),
    ...(messageId === undefined ? {} : { clientUserMessageId: messageId }),
  };
  talk.rpc.request("turn/start", params, (answer) =>
    expectResult(talk, answer, (result) => {
      if (talk.phase === "turning" && talk.turn === "") talk.turn = textAt(result, "turn", "id") ?? "";
      steerWaiting(talk);
    }),
  );
}

/** Hands every waiting message to the running turn, if there is one. */
export function steerWaiting(talk: CodexTalk): void {
  if (talk.phase !== "turning" || talk.turn === "") return;
  for (const message of talk.messages.waiting()) steerOne(talk, message);
}

/** After a turn, as soon as the fate of every message is known: the next turn, or the end. */
export function goOn(talk: CodexTalk): void {
  if (talk.phase !== "between") return;
  if (talk.ending) return endTalk(talk);
  if (talk.steersUnanswered > 0) return;
  // What the ended turn took but never showed was not heard.
  talk.messages.putBack();
  const [next] = talk.messages.waiting();
  if (next === undefined) return endTalk(talk);
  talk.messages.markSent(next.id);
  startTurn(talk, next.text, next.id);
}

/** Takes a person's message, once. */
export function takeMessage(talk: CodexTalk, message: PersonMessage): { accepted: boolean; why: string } {
  if (talk.messages.has(message.id)) return { accepted: true, why: "already taken" };
  if (talk.phase === "ended") return { accepted: false, why: "the agent has finished" };
  const joins = talk.phase === "turning" && talk.turn !== "";
  talk.messages.add(message);
  steerWaiting(talk);
  return { accepted: true, why: joins ? "joins the running turn" : "joins the next turn" };
}

/** Asks codex to end the running turn; false when there is none. */
export function interruptTurn(talk: CodexTalk): boolean {
  if (talk.phase !== "turning" || talk.turn === "") return false;
  talk.rpc.request("turn/interrupt", { threadId: talk.thread, turnId: talk.turn }, () => undefined);
  return true;
}

/** Asks codex to end the running turn, and opens no other; false when none runs that could be named. */
export function endTurns(talk: CodexTalk): boolean {
  talk.ending = true;
  if (talk.phase !== "between") return interruptTurn(talk);
  endTalk(talk);
  return true;
}

function steerOne(talk: CodexTalk, message: PersonMessage): void {
  talk.messages.markSent(message.id);
  talk.steersUnanswered += 1;
  const params = {
    threadId: talk.thread,
    expectedTurnId: talk.turn,
    input: userInput(message.text),
    clientUserMessageId: message.id,
  };
  talk.rpc.request("turn/steer", params, (answer) => {
    talk.steersUnanswered -= 1;
    if ("error" in answer) {
      talk.messages.putBack(message.id);
      talk.host.note(`The message waits for the next turn: ${headline(answer.error)}`);
    }
    goOn(talk);
  });
}

function turnOptions(options: Json): { readonly [key: string]: Json } {
  const effort = textAt(options, "effort");
  const schema = fieldAt(options, "outputSchema");
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(schema === undefined ? {} : { outputSchema: schema as Json }),
  };
}

function userInput(text: string): Json {
  return [{ type: "text", text, text_elements: [] }];
}
