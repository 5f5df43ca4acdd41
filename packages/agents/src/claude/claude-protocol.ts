import { createHash } from "node:crypto";

import type { AgentConversation, AgentProtocol, Json, ProtocolHost } from "@orch/core";
import { fieldAt, textAt } from "@orch/parser/text";

import { asWords } from "../as-words.ts";
import { headline } from "../bounded-text.ts";
import { withdrawQuestion, withdrawQuestions } from "../withdraw-questions.ts";
import { createClaudeStream, type ClaudeSign, type ClaudeStream } from "./claude-stream.ts";
import { summaryOf } from "./claude-tools.ts";

/**
 * The conversation with `claude -p --input-format stream-json`: the task is the first message; the process waits for
 * more until its input is closed, which is done when a turn has ended and no message of a person is open.
 *
 * A message of a person carries a uuid made from its id. Claude Code takes it up at the next tool boundary, or in a turn
 * of its own, and prints it again with that uuid: only then it is delivered. One that it has not taken up when orch ends
 * the run is dropped.
 */
export const claudeProtocol: AgentProtocol = { name: "claude", converse };

interface Talk {
  readonly host: ProtocolHost;
  readonly stream: ClaudeStream;
  /** Messages that were written and have not shown up yet: uuid to id. */
  readonly open: Map<string, string>;
  readonly taken: Set<string>;
  /** Requests for permission that wait for an answer: id to the tool's input. */
  readonly asked: Map<string, Json>;
  closed: boolean;
  /** True when no turn may follow the running one. */
  ending: boolean;
  requests: number;
}

/** A protocol that is spoken as Claude Code does, under another name. */
export function claudeProtocolNamed(name: string): AgentProtocol {
  return { name, converse };
}

function converse(host: ProtocolHost): AgentConversation {
  const talk: Talk = {
    host,
    stream: createClaudeStream((event) => host.emit(event)),
    open: new Map(),
    taken: new Set(),
    asked: new Map(),
    closed: false,
    ending: false,
    requests: 0,
  };
  return {
    open: () => say(talk, { text: textAt(host.options, "message") ?? "", uuid: uuidOf(talk, "the task") }),
    line(text) {
      const sign = talk.stream.line(text);
      if (sign !== undefined) heed(talk, sign);
    },
    steer: (message) => takeMessage(talk, message),
    interrupt: () => interrupt(talk, {}),
    end() {
      talk.ending = true;
      // Claude Code holds what waits itself, and would go on with it before it ends with its input.
      return interrupt(talk, { cancel_queued: true });
    },
    answer: (request) => answer(talk, request),
  };
}

function say(talk: Talk, { text, uuid }: { readonly text: string; readonly uuid: string }): void {
  const message = { role: "user", content: asWords(text).toWellFormed() };
  talk.host.writeLine(JSON.stringify({ type: "user", uuid, message }));
}

function heed(talk: Talk, sign: ClaudeSign): void {
  switch (sign.sign) {
    case "shows":
      return shown(talk, sign);
    case "asks":
      return ask(talk, sign);
    case "recants":
      return withdrawQuestion(talk.host, talk.asked, sign.id);
    case "wants":
      return reply(talk, { id: sign.id, error: `orch has no answer to ${sign.what}` });
    case "result":
      withdrawQuestions(talk.host, talk.asked);
      // A turn that failed would fail again: the attempt ends, and the engine decides.
      if (sign.failed || talk.ending || talk.open.size === 0) close(talk);
  }
}

function shown(talk: Talk, { uuid }: Extract<ClaudeSign, { sign: "shows" }>): void {
  const id = talk.open.get(uuid);
  if (id === undefined) return;
  talk.open.delete(uuid);
  talk.host.emit({ type: "message:delivered", messageId: id });
}

function takeMessage(
  talk: Talk,
  { id, text }: { readonly id: string; readonly text: string },
): { readonly accepted: boolean; readonly why: string } {
  if (talk.taken.has(id)) return { accepted: true, why: "already taken" };
  if (talk.closed) return { accepted: false, why: "the agent has finished" };
  // Claude Code drops a message without any visible text, and would never show it.
  if (text.trim() === "") return { accepted: false, why: "the message is empty" };
  const uuid = uuidOf(talk, `message ${id}`);
  talk.taken.add(id);
  talk.open.set(uuid, id);
  say(talk, { text, uuid });
  return { accepted: true, why: talk.stream.turning ? "joins at the next tool boundary" : "joins the next turn" };
}

function interrupt(talk: Talk, how: { readonly cancel_queued?: boolean }): boolean {
  if (talk.closed || !talk.stream.turning) return false;
  talk.requests += 1;
  const request = { subtype: "interrupt", ...how };
  talk.host.writeLine(JSON.stringify({ type: "control_request", request_id: `orch-${talk.requests}`, request }));
  return true;
}

/** Tells of the request; without a person to ask it is refused at once. */
function ask(talk: Talk, { id, tool, input }: Extract<ClaudeSign, { sign: "asks" }>): void {
  talk.host.emit({
    type: "permission:requested",
    id,
    tool: headline(tool),
    what: `${headline(tool)} ${summaryOf(input)}`,
  });
  talk.asked.set(id, (input ?? {}) as Json);
  if (fieldAt(talk.host.options, "supervised") === true) return;
  answer(talk, { id, allow: false, why: "Nobody can be asked here. Find another way." });
}

function answer(
  talk: Talk,
  { id, allow, why }: { readonly id: string; readonly allow: boolean; readonly why: string },
): boolean {
  const input = talk.asked.get(id);
  if (input === undefined) return false;
  talk.asked.delete(id);
  reply(talk, {
    id,
    response: allow ? { behavior: "allow", updatedInput: input } : { behavior: "deny", message: why },
  });
  talk.host.emit({ type: "permission:answered", id, allowed: allow });
  return true;
}

function reply(
  talk: Talk,
  { id, ...rest }: { readonly id: string; readonly response?: Json; readonly error?: string },
): void {
  const subtype = rest.error === undefined ? "success" : "error";
  talk.host.writeLine(JSON.stringify({ type: "control_response", response: { subtype, request_id: id, ...rest } }));
}

function close(talk: Talk): void {
  if (talk.closed) return;
  talk.closed = true;
  talk.host.closeInput();
}

/**
 * A uuid of a text in this run: Claude Code takes nothing else as a message's name, and drops a message whose name a
 * resumed conversation knows already.
 */
function uuidOf({ host }: Talk, text: string): string {
  const hex = createHash("sha256")
    .update(`${textAt(host.options, "run") ?? ""}\n${text}`)
    .digest("hex");
  const variant = ["8", "9", "a", "b"][Number.parseInt(hex[16] ?? "0", 16) % 4] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
