import type { AgentConversation, AgentEvent, AgentProtocol, FailureClass, ProtocolHost } from "@orch/core";
import { agentFailure, fieldAt, numberAt, parseJsonObject, textAt, type JsonObject } from "@orch/parser/text";

import { boundedText, headline, tailOf } from "../bounded-text.ts";

/** The conversation with the replay player: events as JSON lines out of it, messages as JSON lines into it. */
export const replayProtocol: AgentProtocol = { name: "replay", converse };

function converse(host: ProtocolHost): AgentConversation {
  let ended = false;
  return {
    open: () => undefined,
    line(text) {
      const line = parseJsonObject(text);
      const event = line === undefined ? undefined : eventIn(line);
      if (event === undefined) return;
      host.emit(event);
      if (event.type !== "turn:finished" || ended) return;
      ended = true;
      host.closeInput();
    },
    steer(message) {
      if (ended) return { accepted: false, why: "the agent has finished" };
      host.writeLine(JSON.stringify({ message: { id: message.id, text: message.text } }));
      return { accepted: true, why: "heard before the next step" };
    },
    interrupt() {
      if (ended) return false;
      host.writeLine(JSON.stringify({ interrupt: true }));
      return true;
    },
  };
}

const READERS: Readonly<Record<string, (line: JsonObject) => AgentEvent | undefined>> = {
  "session:ready": () => ({ type: "session:ready", model: "replay" }),
  "turn:started": () => ({ type: "turn:started", turn: 1 }),
  text: (line) => ({ type: "text", text: boundedText(textAt(line, "text") ?? "") }),
  reasoning: (line) => ({ type: "reasoning", text: boundedText(textAt(line, "text") ?? "") }),
  "command:started": (line) => ({ type: "command:started", ...commandIn(line) }),
  "command:finished": (line) => {
    const exitCode = numberAt(line, "exitCode");
    const durationMs = numberAt(line, "durationMs");
    return {
      type: "command:finished",
      ...commandIn(line),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(durationMs === undefined ? {} : { durationMs }),
      outputTail: tailOf(textAt(line, "outputTail") ?? ""),
    };
  },
  "file:changed": (line) => {
    const change = textAt(line, "change");
    if (change !== "added" && change !== "modified" && change !== "deleted") return undefined;
    return { type: "file:changed", path: textAt(line, "path") ?? "", change };
  },
  "message:delivered": (line) => ({ type: "message:delivered", messageId: textAt(line, "messageId") ?? "" }),
  usage: (line) => {
    const costUsd = numberAt(line, "costUsd");
    return {
      type: "usage",
      usage: {
        inputTokens: numberAt(line, "inputTokens") ?? 0,
        cachedInputTokens: 0,
        outputTokens: numberAt(line, "outputTokens") ?? 0,
        ...(costUsd === undefined ? {} : { costUsd }),
      },
    };
  },
  error: (line) => ({
    type: "error",
    failure: agentFailure(classIn(line), textAt(line, "message") ?? "", numberAt(line, "retryAt")),
  }),
  "turn:finished": (line) => {
    const status = textAt(line, "status");
    if (status !== "completed" && status !== "interrupted" && status !== "failed") return undefined;
    return { type: "turn:finished", turn: 1, status };
  },
};

function eventIn(line: JsonObject): AgentEvent | undefined {
  const type = textAt(line, "type") ?? "";
  return Object.hasOwn(READERS, type) ? READERS[type]?.(line) : undefined;
}

function commandIn(line: JsonObject): { readonly id: string; readonly command: string } {
  return { id: textAt(line, "id") ?? "", command: headline(textAt(line, "command") ?? "") };
}

const CLASSES: Readonly<Record<FailureClass, true>> = {
  rate_limit: true,
  usage_limit: true,
  quota: true,
  overloaded: true,
  auth: true,
  context: true,
  model: true,
  network: true,
  server: true,
  budget: true,
  permission: true,
  waiting_for_input: true,
  missing_tool: true,
  interrupted: true,
  invalid_output: true,
  failed: true,
};

function classIn(line: JsonObject): FailureClass {
  const name = fieldAt(line, "class");
  return isClass(name) ? name : "failed";
}

function isClass(name: unknown): name is FailureClass {
  return typeof name === "string" && Object.hasOwn(CLASSES, name);
}
