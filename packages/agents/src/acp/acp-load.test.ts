import type { AgentEvent, Json } from "@orch/core";
import { parseJsonObject, textAt } from "@orch/parser";
import { describe, expect, it } from "vitest";

import { acpProtocol } from "./acp-protocol.ts";

/** A run that is to go on with the conversation `past`, up to the agent's answer to `initialize`. */
function greeted(agentCapabilities: Json) {
  const events: AgentEvent[] = [];
  const sent: string[] = [];
  const state = { closed: false };
  const conversation = acpProtocol.converse({
    options: { cwd: "/repo", message: "Go on", session: "past" },
    emit: (event) => void events.push(event),
    writeLine: (line) => void sent.push(line),
    closeInput: () => void (state.closed = true),
    note: () => undefined,
  });
  const receive = (message: Json): void => conversation.line(JSON.stringify(message));
  const requests = () => sent.map((line) => parseJsonObject(line));
  const methods = () => requests().map((message) => textAt(message, "method"));
  conversation.open();
  receive({ id: 1, result: { protocolVersion: 1, agentCapabilities } });
  return { events, state, receive, requests, methods };
}

const says = (text: string): Json => ({
  method: "session/update",
  params: { sessionId: "past", update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } } },
});

describe("acpProtocol, with an earlier conversation", () => {
  it("loads it, tells nothing of what was told before, and prompts in it", () => {
    const { events, receive, requests, methods } = greeted({ loadSession: true });
    expect(requests().at(-1)).toMatchObject({ method: "session/load", params: { sessionId: "past", cwd: "/repo" } });
    receive(says("told before"));
    expect(methods()).not.toContain("session/prompt");
    receive({ id: 2, result: null });
    expect(requests().at(-1)).toMatchObject({ method: "session/prompt", params: { sessionId: "past" } });
    receive(says("told now"));
    receive({ id: 3, result: { stopReason: "end_turn" } });
    expect(events.find((event) => event.type === "session:ready")).toMatchObject({ agentSession: "past" });
    expect(events.filter((event) => event.type === "text")).toEqual([{ type: "text", text: "told now" }]);
    expect(events.at(-1)).toEqual({ type: "turn:finished", turn: 1, status: "completed" });
  });

  it.each([{}, { loadSession: false }])("an agent with the capabilities %j is not asked to load it", (capabilities) => {
    const { events, state, methods } = greeted(capabilities);
    expect(methods()).toEqual(["initialize"]);
    expect(events).toMatchObject([{ type: "error", failure: { class: "failed" } }]);
    expect(state.closed).toBe(true);
  });

  it("ends where the agent does not know it, and begins no other", () => {
    const { events, state, receive, methods } = greeted({ loadSession: true });
    receive({ id: 2, error: { code: -32_602, message: "no such session" } });
    expect(methods()).toEqual(["initialize", "session/load"]);
    expect(events).toMatchObject([{ type: "error", failure: { message: "no such session" } }]);
    expect(state.closed).toBe(true);
  });
});
