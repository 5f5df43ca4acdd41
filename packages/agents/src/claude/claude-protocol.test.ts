import type { AgentEvent, Json } from "@orch/core";
import { fieldAt, parseJsonObject, textAt } from "@orch/parser";
import { describe, expect, it } from "vitest";

import { claudeProtocol } from "./claude-protocol.ts";

/** A conversation in its first turn. */
function turning(options: { readonly [key: string]: Json } = {}) {
  const events: AgentEvent[] = [];
  const sent: string[] = [];
  const state = { closed: false };
  const conversation = claudeProtocol.converse({
    options: { message: "Please do it", ...options },
    emit: (event) => void events.push(event),
    writeLine: (line) => void sent.push(line),
    closeInput: () => void (state.closed = true),
    note: () => undefined,
  });
  const receive = (message: Json): void => conversation.line(JSON.stringify(message));
  const lines = (type: string) =>
    sent.map((line) => parseJsonObject(line)).filter((message) => textAt(message, "type") === type);
  conversation.open();
  receive({ type: "system", subtype: "init", session_id: "s", cwd: "/repo" });
  return { conversation, events, state, receive, lines };
}

const aborted: Json = { type: "result", subtype: "error_during_execution", terminal_reason: "aborted_streaming" };

describe("claudeProtocol, asked to end its turn", () => {
  it("goes on with a message that waits behind an interruption", () => {
    const { conversation, receive, lines, state } = turning();
    conversation.steer({ id: "m1", text: "rather do this" });
    expect(conversation.interrupt()).toBe(true);
    expect(fieldAt(lines("control_request")[0], "request")).toEqual({ subtype: "interrupt" });
    receive(aborted);
    expect(state.closed).toBe(false);
  });

  it("has Claude Code drop what waits once orch ends the run", () => {
    const { conversation, events, receive, lines, state } = turning();
    conversation.steer({ id: "m1", text: "You have done nothing for 60 seconds." });
    expect(conversation.end?.()).toBe(true);
    expect(fieldAt(lines("control_request")[0], "request")).toEqual({ subtype: "interrupt", cancel_queued: true });
    receive(aborted);
    expect(state.closed).toBe(true);
    expect(events.at(-1)).toEqual({ type: "turn:finished", turn: 1, status: "interrupted" });
    expect(conversation.end?.()).toBe(false);
  });
});

describe("claudeProtocol, supervised", () => {
  const asks = (id: string): Json => ({
    type: "control_request",
    request_id: id,
    request: { subtype: "can_use_tool", tool_name: "Bash", input: { command: "npm publish" } },
  });

  it("tells that a question was taken back, and takes no answer to it any more", () => {
    const { conversation, events, receive, lines } = turning({ supervised: true });
    receive(asks("r1"));
    receive({ type: "control_cancel_request", request_id: "r9" });
    receive({ type: "control_cancel_request", request_id: "r1" });
    expect(events.slice(-2)).toMatchObject([
      { type: "permission:requested", id: "r1" },
      { type: "permission:withdrawn", id: "r1" },
    ]);
    expect(conversation.answer?.({ id: "r1", allow: true, why: "" })).toBe(false);
    expect(lines("control_response")).toEqual([]);
  });

  it("takes what is still asked when its turn ends for taken back", () => {
    const { conversation, events, receive } = turning({ supervised: true });
    receive(asks("r1"));
    receive(aborted);
    expect(events.slice(-2).map(({ type }) => type)).toEqual(["turn:finished", "permission:withdrawn"]);
    expect(conversation.answer?.({ id: "r1", allow: true, why: "" })).toBe(false);
  });
});
