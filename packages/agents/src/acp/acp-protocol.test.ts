import type { AgentEvent, Json } from "@orch/core";
import { fieldAt, parseJsonObject, textAt } from "@orch/parser";
import { describe, expect, it } from "vitest";

import { acpProtocol } from "./acp-protocol.ts";

/** A conversation up to its first prompt, whose request has the id 3. */
function prompted(options: { readonly [key: string]: Json } = {}) {
  const events: AgentEvent[] = [];
  const sent: string[] = [];
  const state = { closed: false };
  const conversation = acpProtocol.converse({
    options: { cwd: "/repo", message: "Please do it", ...options },
    emit: (event) => void events.push(event),
    writeLine: (line) => void sent.push(line),
    closeInput: () => void (state.closed = true),
    note: () => undefined,
  });
  const receive = (message: Json): void => conversation.line(JSON.stringify(message));
  const messages = () => sent.map((line) => parseJsonObject(line));
  const requests = (method: string) => messages().filter((message) => textAt(message, "method") === method);
  const answers = () => messages().filter((message) => fieldAt(message, "result") !== undefined);
  conversation.open();
  receive({ id: 1, result: { protocolVersion: 1 } });
  receive({ id: 2, result: { sessionId: "s" } });
  return { conversation, events, state, receive, requests, answers };
}

const delivered = (events: readonly AgentEvent[]) => events.filter((event) => event.type === "message:delivered");

describe("acpProtocol, interrupted", () => {
  it("takes the error of what was broken off for the interruption", () => {
    const { conversation, receive, events, state } = prompted();
    expect(conversation.interrupt()).toBe(true);
    receive({ id: 3, error: { code: -32_603, message: "The operation was aborted" } });
    expect(events.at(-1)).toEqual({ type: "turn:finished", turn: 1, status: "interrupted" });
    expect(events.some((event) => event.type === "error")).toBe(false);
    expect(state.closed).toBe(true);
  });

  it("is redirected by a message that waits", () => {
    const { conversation, receive, requests, events, state } = prompted();
    conversation.steer({ id: "m1", text: "rather do this" });
    conversation.interrupt();
    receive({ id: 3, result: { stopReason: "cancelled" } });
    expect(state.closed).toBe(false);
    expect(requests("session/prompt")[1]).toMatchObject({ params: { prompt: [{ text: "rather do this" }] } });
    receive(updates({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: "I do." } }));
    receive({ id: 4, result: { stopReason: "end_turn" } });
    expect(delivered(events)).toHaveLength(1);
    expect(state.closed).toBe(true);
  });

  it("takes up nothing that waits once orch ends the run", () => {
    const { conversation, receive, requests, events, state } = prompted();
    conversation.steer({ id: "m1", text: "You have done nothing for 60 seconds." });
    expect(conversation.end?.()).toBe(true);
    expect(requests("session/cancel")).toHaveLength(1);
    receive({ id: 3, result: { stopReason: "cancelled" } });
    expect(requests("session/prompt")).toHaveLength(1);
    expect(delivered(events)).toHaveLength(0);
    expect(state.closed).toBe(true);
  });

  it("has not delivered a message on which no work was seen", () => {
    const { conversation, receive, events, state } = prompted();
    conversation.steer({ id: "m1", text: "and this" });
    receive({ id: 3, result: { stopReason: "end_turn" } });
    conversation.interrupt();
    receive({ id: 4, result: { stopReason: "cancelled" } });
    expect(delivered(events)).toHaveLength(0);
    expect(state.closed).toBe(true);
  });

  it("takes open questions back", () => {
    const { conversation, receive, answers } = prompted({ permissions: { mode: "supervised", allow: [], deny: [] } });
    receive(asks("npm publish"));
    conversation.interrupt();
    expect(answers()).toMatchObject([{ id: 0, result: { outcome: { outcome: "cancelled" } } }]);
  });
});

describe("acpProtocol, asked", () => {
  it("takes what is still asked when a turn ends for taken back", () => {
    const { receive, events, conversation } = prompted({ permissions: { mode: "supervised", allow: [], deny: [] } });
    receive(asks("npm publish"));
    receive({ id: 3, result: { stopReason: "end_turn" } });
    expect(events).toContainEqual({ type: "permission:withdrawn", id: "0" });
    expect(conversation.answer?.({ id: "0", allow: true, why: "" })).toBe(false);
  });

  const chosen = (optionId: string) => [{ id: 0, result: { outcome: { outcome: "selected", optionId } } }];

  it("allows everything once where there are no rules", () => {
    const { receive, answers } = prompted();
    receive(asks("rm -rf /"));
    expect(answers()).toMatchObject(chosen("once"));
  });

  it("denies what the rules deny", () => {
    const { receive, answers, events } = prompted({ permissions: { mode: "autonomous", allow: [], deny: ["rm"] } });
    receive(asks("rm -rf /"));
    expect(answers()).toMatchObject(chosen("no"));
    expect(events.at(-1)).toEqual({ type: "permission:answered", id: "0", allowed: false });
  });

  it("passes the answer of a person on, once", () => {
    const { receive, answers, conversation } = prompted({ permissions: { mode: "supervised", allow: [], deny: [] } });
    receive(asks("npm publish"));
    expect(answers()).toHaveLength(0);
    expect(conversation.answer?.({ id: "0", allow: true, why: "" })).toBe(true);
    expect(conversation.answer?.({ id: "0", allow: true, why: "" })).toBe(false);
    expect(answers()).toMatchObject(chosen("once"));
  });

  it("judges a question by what was shown of its call before", () => {
    const { receive, answers, events } = prompted({
      permissions: { mode: "autonomous", allow: [], deny: ["Bash(rm *)"] },
    });
    const shown = [{ type: "content", content: { type: "text", text: JSON.stringify({ command: "rm -rf /" }) } }];
    receive(
      updates({ sessionUpdate: "tool_call", toolCallId: "c", title: "Bash", kind: "execute", status: "pending" }),
    );
    receive(updates({ sessionUpdate: "tool_call_update", toolCallId: "c", status: "in_progress", content: shown }));
    receive(asks(undefined));
    expect(answers()).toMatchObject(chosen("no"));
    expect(events).toContainEqual({ type: "permission:requested", id: "0", what: "rm -rf /", tool: "execute" });
    expect(events.some((event) => event.type === "command:started")).toBe(false);
  });

  it("touches no file for the agent", () => {
    const { receive, answers } = prompted();
    receive({ id: 9, method: "fs/read_text_file", params: { sessionId: "s", path: "/etc/passwd" } });
    expect(answers()).toHaveLength(0);
  });
});

describe("acpProtocol", () => {
  it.each([
    [{}, { claudeCode: { options: { settingSources: ["user"], strictMcpConfig: true } } }],
    [{ trusted: true }, undefined],
  ])("lets the repository's own settings count only where it is trusted: %j", (options, meta) => {
    const { requests } = prompted(options);
    const [opened] = requests("session/new");
    expect(fieldAt(opened, "params", "_meta")).toEqual(meta);
  });

  it("takes an end without a word for no success", () => {
    const { receive, events } = prompted();
    receive({ id: 3, result: { stopReason: "end_turn" } });
    expect(events.slice(-2)).toMatchObject([
      { type: "error", failure: { class: "failed" } },
      { type: "turn:finished", status: "failed" },
    ]);
  });

  it("tells a command and a change by what it was told of them at any time", () => {
    const { receive, events } = prompted();
    const tells = (id: string, fields: Readonly<Record<string, Json>>) =>
      receive(updates({ sessionUpdate: "tool_call_update", toolCallId: id, ...fields }));
    receive(
      updates({ sessionUpdate: "tool_call", toolCallId: "a", title: "Bash", kind: "execute", status: "pending" }),
    );
    tells("a", { status: "in_progress", content: [{ type: "content", content: { type: "text", text: '{"comm' } }] });
    tells("a", { status: "in_progress", rawInput: { command: "make" } });
    tells("a", { status: "completed" });
    receive(updates({ sessionUpdate: "tool_call", toolCallId: "b", title: "Edit", kind: "edit", status: "pending" }));
    const diff = { type: "diff", path: "/repo/a.md", oldText: "a", newText: "b" };
    tells("b", { status: "in_progress", rawInput: { path: "a.md" }, content: [diff] });
    tells("b", { status: "completed", content: [{ type: "content", content: { type: "text", text: "Replaced" } }] });
    const [started] = events.filter((event) => event.type === "command:started");
    expect(started).toEqual({ type: "command:started", id: "a", command: "make" });
    expect(events.at(-1)).toEqual({ type: "file:changed", path: "a.md", change: "modified" });
  });

  it.each(["refusal", "max_tokens", "max_turn_requests", "from_the_future"])(
    "a turn that ended with %s is no success",
    (stopReason) => {
      const { receive, events, state } = prompted();
      receive({ id: 3, result: { stopReason } });
      expect(events.slice(-2)).toMatchObject([{ type: "error" }, { type: "turn:finished", status: "failed" }]);
      expect(state.closed).toBe(true);
    },
  );
});

function updates(update: Json): Json {
  return { method: "session/update", params: { sessionId: "s", update } };
}

/** A question; without a command, it tells no more than the call's id and title. */
function asks(command: string | undefined): Json {
  const told = command === undefined ? {} : { kind: "execute", rawInput: { command } };
  return {
    id: 0,
    method: "session/request_permission",
    params: {
      sessionId: "s",
      toolCall: { toolCallId: "c", title: "a tool", ...told },
      options: [
        { kind: "allow_always", optionId: "always" },
        { kind: "allow_once", optionId: "once" },
        { kind: "reject_once", optionId: "no" },
      ],
    },
  };
}
