import type { AgentFailure } from "@orch/core";
import { agentFailure, textAt } from "@orch/parser/text";

import { asWords } from "../as-words.ts";
import type { Answer } from "../json-rpc.ts";
import { withdrawQuestions } from "../withdraw-questions.ts";
import { endTalk, tellRefusal, type AcpTalk, type Message } from "./acp-talk.ts";
import { settleTurn, startRequest } from "./acp-usage.ts";

const PROBLEMS: Readonly<Record<string, string>> = {
  max_tokens: "the model's answer was cut off at its greatest length",
  max_turn_requests: "the agent used up its requests for one turn",
  refusal: "the agent refused to go on",
};

/** Asks the agent to take up a text; `messageId` when it is a person's message. */
export function startTurn(talk: AcpTalk, text: string, messageId = ""): void {
  talk.phase = "turning";
  talk.turns += 1;
  startRequest(talk);
  talk.current = messageId;
  talk.cancelled = false;
  talk.host.emit({ type: "turn:started", turn: talk.turns });
  const params = { sessionId: talk.session, prompt: [{ type: "text", text: asWords(text) }] };
  talk.rpc.request("session/prompt", params, (answer) => finishTurn(talk, answer));
}

/** The agent works on what it was given last: a message that it was counts as delivered. */
export function showWork(talk: AcpTalk): void {
  talk.worked = true;
  readMessage(talk);
}

function readMessage(talk: AcpTalk): void {
  const message = talk.messages.get(talk.current);
  if (message?.state !== "sent") return;
  message.state = "delivered";
  talk.host.emit({ type: "message:delivered", messageId: talk.current });
}

function finishTurn(talk: AcpTalk, answer: Answer): void {
  if (talk.phase !== "turning") return;
  for (const event of talk.updates.flush()) talk.host.emit(event);
  withdrawQuestions(talk.host, talk.questions);
  if ("error" in answer) {
    // Some agents answer with the error of what was broken off.
    if (talk.cancelled) return end(talk, "interrupted");
    tellRefusal(talk, answer);
    return end(talk, "failed");
  }
  settleTurn(talk, answer.result);
  const reason = textAt(answer.result, "stopReason") ?? "";
  // A message of which no work was seen may never have been read.
  if (reason === "cancelled") return end(talk, "interrupted");
  const failure = reason === "end_turn" ? silenceOf(talk) : earlyEnd(reason);
  if (failure === undefined || reason !== "end_turn") readMessage(talk);
  if (failure !== undefined) talk.host.emit({ type: "error", failure });
  end(talk, failure === undefined ? "completed" : "failed");
}

function earlyEnd(reason: string): AgentFailure {
  const message = Object.hasOwn(PROBLEMS, reason) ? PROBLEMS[reason] : undefined;
  const kind = message === undefined ? "invalid_output" : "failed";
  return agentFailure(kind, message ?? `the agent ended its turn with ${JSON.stringify(reason)}`);
}

/** Some agents end a turn well when their model's service failed, and say nothing. */
function silenceOf(talk: AcpTalk): AgentFailure | undefined {
  if (talk.worked || nextMessage(talk) !== undefined) return undefined;
  return agentFailure("failed", "the agent ended without a word, and does not tell what went wrong");
}

function nextMessage(talk: AcpTalk): [string, Message] | undefined {
  return [...talk.messages].find(([, message]) => message.state === "waiting");
}

function end(talk: AcpTalk, status: "completed" | "interrupted" | "failed"): void {
  talk.host.emit({ type: "turn:finished", turn: talk.turns, status });
  const next = nextMessage(talk);
  // A message that waits behind an interruption redirects the agent.
  if (talk.ending || status === "failed" || next === undefined) return endTalk(talk);
  const [id, message] = next;
  message.state = "sent";
  startTurn(talk, message.text, id);
}
