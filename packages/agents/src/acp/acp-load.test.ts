import type { AgentEvent, Json } from "@orch/core";
import { parseJsonObject, textAt } from "@orch/parser";
import { describe, expect, it } from "vitest";

import { acpProtocol } from "./acp-protocol.ts";

/** A run that is to go on with the conversation `past`, up to the agent's answer to `initialize`. */
function greeted(agentCapabilities: Json) {
  const events: AgentEvent[] = [];
  const sent: string[] = [];
  const notes: string[] = [];
  const conversation = acpProtocol.converse({
    options: { cwd: "/repo", message: "Go on", session: "past" },
    emit: (event) => void events.push(event),
    writeLine: (line) => void sent.push(line),
    closeInput: () => undefined,
    note: (text) => void notes.push(text),
  });
  const receive = (message: Json): void => conversation.line(JSON.stringify(message));
  const requests = () => sent.map((line) => parseJsonObject(line));
  const methods = () => requests().map((message) => textAt(message, "method"));
  conversation.open();
  receive({ id: 1, result: { protocolVersion: 1, agentCapabilities } });
  return { events, notes, receive, requests, methods };
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

  it("lets orch decide where the agent has a mode that asks, and goes on where it does not let it", () => {
    const { notes, receive, requests } = greeted({ loadSession: true });
    receive({
      id: 2,
      result: { modes: { currentModeId: "auto", availableModes: [{ id: "auto" }, { id: "default" }] } },
    });
    expect(requests().at(-1)).toMatchObject({
      method: "session/set_mode",
      params: { sessionId: "past", modeId: "default" },
    });
    receive({ id: 3, error: { code: -32_603, message: "not now" } });
    expect(notes).toEqual([expect.stringContaining("not now")]);
    expect(requests().at(-1)).toMatchObject({ method: "session/prompt", params: { sessionId: "past" } });
  });

  it("counts what the conversation has cost before as told", () => {
    const costs = (amount: number): Json => ({
      method: "session/update",
      params: { sessionId: "past", update: { sessionUpdate: "usage_update", cost: { amount, currency: "USD" } } },
    });
    const { events, receive } = greeted({ loadSession: true });
    receive(costs(2));
    receive({ id: 2, result: null });
    receive(costs(2.5));
    const told = events.flatMap((event) => (event.type === "usage" ? [event.usage.costUsd] : []));
    expect(told).toEqual([0.5]);
  });

  it.each([{}, { loadSession: false }])("with the capabilities %j it begins a new one, and says so", (capabilities) => {
    const { notes, receive, requests } = greeted(capabilities);
    expect(notes).toEqual([expect.stringContaining("begins a new one")]);
    expect(requests().at(-1)).toMatchObject({ method: "session/new", params: { cwd: "/repo" } });
    receive({ id: 2, result: { sessionId: "fresh" } });
    expect(requests().at(-1)).toMatchObject({ method: "session/prompt", params: { sessionId: "fresh" } });
  });

  it("begins a new one where the agent does not know it", () => {
    const { events, notes, receive, methods } = greeted({ loadSession: true });
    receive({ id: 2, error: { code: -32_602, message: "no such session" } });
    expect(methods()).toEqual(["initialize", "session/load", "session/new"]);
    expect(notes).toEqual([expect.stringContaining("no such session")]);
    expect(events).toEqual([]);
  });
});
